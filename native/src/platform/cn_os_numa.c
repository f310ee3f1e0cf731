/* Placement of pages on NUMA nodes: mbind as a raw call, so that no libnuma is needed. */
#include "platform/cn_os.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"

/* Modes of the kernel (Linux uapi linux/mempolicy.h), whose header not every system has. */
enum {
    CN_MPOL_PREFERRED = 1,
    CN_MPOL_BIND = 2,
    CN_MPOL_INTERLEAVE = 3,
    CN_MPOL_PREFERRED_MANY = 5, /* since Linux 5.15 */
};

static int cn_os_mbind(void *base, size_t bytes, int mode, uint64_t nodes)
{
    /* The kernel reads one bit less than it is told (mbind(2), NOTES). */
    const unsigned long maximum = sizeof nodes * 8U + 1U;
#ifdef CN_BUG_NO_BIND /* ci/test-numa must notice that nothing is placed */
    nodes = 1;
    mode = CN_MPOL_PREFERRED;
#endif
    return syscall(SYS_mbind, base, bytes, mode, &nodes, maximum, 0U) == 0 ? 0 : errno;
}

int cn_os_bind(void *base, size_t bytes, cn_numa_t numa, uint64_t nodes)
{
    CN_ASSERT(nodes != 0 && (unsigned)numa < CN_NUMA_POLICIES);
    if (numa == CN_NUMA_LOCAL) return CN_OK;
    if (CN_FAULT(os_bind)) return CN_ENOTSUP;

    const uint64_t first = nodes & -nodes;
    int number;
    switch (numa) {
    case CN_NUMA_BIND:
        number = cn_os_mbind(base, bytes, CN_MPOL_BIND, nodes);
        break;
    case CN_NUMA_INTERLEAVE:
        number = cn_os_mbind(base, bytes, CN_MPOL_INTERLEAVE, nodes);
        break;
    default: /* one node needs no new kernel; several need PREFERRED_MANY, else the first of them */
        number = nodes == first ? EINVAL : cn_os_mbind(base, bytes, CN_MPOL_PREFERRED_MANY, nodes);
        if (number == EINVAL) number = cn_os_mbind(base, bytes, CN_MPOL_PREFERRED, first);
        break;
    }
    switch (number) {
    case 0:
        return CN_OK;
    case ENOMEM:
        return CN_ENOMEM;
    case EINVAL: /* the arguments are ours and right, so it is the node */
        return CN_ENODEV;
    default: /* ENOSYS: built without NUMA; EPERM: a container's system call filter */
        return CN_ENOTSUP;
    }
}
