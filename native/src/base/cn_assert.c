/* What happens when an assertion fails. */
#include "base/cn_assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void cn_assert_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "cenote: internal error: expected %s (%s:%d)\n", expression, file, line);
    abort();
}
