/* Texts of the error codes. */
#include "base/cn_error.h"

#include <stddef.h>

const char *cn_error_text(int code)
{
    switch (code) {
#define CENOTE_ERROR(name, value, text) \
    case value: \
        return text;
#include "cenote/errors.def"
#undef CENOTE_ERROR
    default:
        return NULL;
    }
}
