/* What happens around fork(). */
#include <pthread.h>

#include "base/cn_error.h"
#include "platform/cn_os.h"

int cn_os_at_fork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
    return pthread_atfork(before, parent, child) == 0 ? CN_OK : CN_ENOMEM;
}
