/* Checks the processor once, when the library is loaded. */
#include "platform/cn_cpu.h"

#include "base/cn_error.h"
#include "platform/cn_cas16.h"

int cn_cpu_check(void)
{
    return cn_arch_has_cas16() ? CN_OK : CN_NOCX16;
}
