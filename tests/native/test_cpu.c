/* The processor check. */
#include "platform/cn_cpu.h"

#include <stdio.h>
#include <string.h>

#include "base/cn_error.h"
#include "cn_test.h"
#include "platform/cn_cas16.h"

#if defined(__x86_64__)
CN_TEST(cpu, says_of_cx16_what_the_kernel_says)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    assert_non_null(file);
    char line[8192];
    bool known = false, has = false;
    while (!known && fgets(line, sizeof line, file) != NULL) {
        known = strncmp(line, "flags", 5) == 0;
        has = known && strstr(line, " cx16") != NULL;
    }
    fclose(file);
    assert_true(known);
    assert_int_equal(cn_cpu_check(), has ? CN_OK : CN_NOCX16);
}
#endif

CN_TEST(cpu, the_pause_hint_returns)
{
    cn_arch_pause();
    assert_int_equal(cn_cpu_check(), CN_OK); /* else no other test of the core could run */
}

CN_TEST_MAIN(cpu)
