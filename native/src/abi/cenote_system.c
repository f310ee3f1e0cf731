/* The ABI's questions about the library and the machine. */
#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "platform/cn_budget.h"
#include "platform/cn_cpu.h"
#include "platform/cn_os.h"
#include "platform/cn_topology.h"

int32_t cenote_abi_version(void)
{
    return CENOTE_ABI_VERSION;
}

int32_t cenote_cpu_check(void)
{
    return cn_cpu_check();
}

const char *cenote_error_text(int32_t code)
{
    return cn_error_text(code);
}

int32_t cenote_node_count(void)
{
    (void)cn_topology_load(); /* a machine that cannot be read is one node */
    return (int32_t)cn_topology_nodes();
}

int32_t cenote_node_here(void)
{
    (void)cn_topology_load();
    return (int32_t)cn_topology_here();
}

int32_t cenote_thread_roam(void)
{
    return cn_os_thread_roam() ? 1 : 0;
}

static int64_t cenote_clamped(uint64_t bytes)
{
    return bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
}

int64_t cenote_container_limit(void)
{
    cn_budget_t budget;
    const int code = cn_budget_read(&budget);
    return code != CN_OK ? code : cenote_clamped(budget.limit_bytes);
}

int64_t cenote_container_used(void)
{
    cn_budget_t budget;
    const int code = cn_budget_read(&budget);
    return code != CN_OK ? code : cenote_clamped(budget.used_bytes);
}
