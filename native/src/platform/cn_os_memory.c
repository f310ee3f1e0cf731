/* Address space and pages: mmap, mprotect, madvise, mincore. */
#include "platform/cn_os.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"

/* Kernel constants that older C libraries do not know (Linux uapi asm-generic/mman-common.h). */
#ifndef MADV_FREE
#define MADV_FREE 8
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define CN_OS_MINCORE_PAGES 4096U

size_t cn_os_page_bytes(void)
{
    static CN_ATOMIC(size_t) known;
    size_t bytes = cn_load_relaxed(&known); /* every thread would store the same value */
    if (bytes == 0) {
        bytes = (size_t)sysconf(_SC_PAGESIZE);
        cn_store_relaxed(&known, bytes);
    }
    return bytes;
}

static void cn_os_check_range(const void *base, size_t bytes)
{
    const size_t mask = cn_os_page_bytes() - 1U;
    CN_ASSERT(((uintptr_t)base & mask) == 0 && (bytes & mask) == 0 && bytes != 0);
}

/* Every refusal of memory means the same to the caller; the others mean that the call does not exist here. */
static int cn_os_memory_error(int number)
{
    switch (number) {
    case ENOMEM:
    case EAGAIN: /* RLIMIT_MEMLOCK under mlockall(MCL_FUTURE), or the kernel short of something */
    case EFAULT: /* MADV_POPULATE_WRITE: the file behind the page cannot grow */
    case EHWPOISON:
    case ENFILE:
    case ENOSPC:
        return CN_ENOMEM;
    default:
        return CN_ENOTSUP;
    }
}

int cn_os_reserve(size_t bytes, size_t align, void **out)
{
    const size_t page = cn_os_page_bytes();
    CN_ASSERT(bytes != 0 && bytes % page == 0 && align >= page && (align & (align - 1U)) == 0);
    const size_t slack = align - page; /* mmap gives page alignment for nothing */
    if (bytes > (size_t)PTRDIFF_MAX - slack || CN_FAULT(os_reserve)) return CN_ENOMEM;

    unsigned char *raw = mmap(NULL, bytes + slack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (raw == MAP_FAILED) return CN_ENOMEM;
    unsigned char *base = raw + (-(uintptr_t)raw & (align - 1U));
    const size_t before = (size_t)(base - raw);
    const size_t after = slack - before;
    /* The ends of a fresh mapping split nothing: these calls cannot run out of mappings. */
    if (before != 0) (void)munmap(raw, before);
    if (after != 0) (void)munmap(base + bytes, after);
    *out = base;
    return CN_OK;
}

int cn_os_commit(void *base, size_t bytes)
{
    cn_os_check_range(base, bytes);
    if (CN_FAULT(os_commit) || mprotect(base, bytes, PROT_READ | PROT_WRITE) != 0) return CN_ENOMEM;
    return CN_OK;
}

int cn_os_unmap(void *base, size_t bytes)
{
    cn_os_check_range(base, bytes);
    if (CN_FAULT(os_unmap) || munmap(base, bytes) != 0) return CN_ENOMEM;
    return CN_OK;
}

static int cn_os_advise(void *base, size_t bytes, int advice)
{
    cn_os_check_range(base, bytes);
    int result;
    do {
        result = madvise(base, bytes, advice);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? CN_OK : cn_os_memory_error(errno);
}

int cn_os_populate(void *base, size_t bytes)
{
    if (CN_FAULT(os_populate)) return CN_ENOTSUP;
    return cn_os_advise(base, bytes, MADV_POPULATE_WRITE);
}

int cn_os_huge_pages(void *base, size_t bytes)
{
    if (CN_FAULT(os_huge_pages)) return CN_ENOTSUP;
    return cn_os_advise(base, bytes, MADV_HUGEPAGE);
}

int cn_os_purge_lazy(void *base, size_t bytes)
{
    if (CN_FAULT(os_purge_lazy)) return CN_ENOTSUP;
    return cn_os_advise(base, bytes, MADV_FREE);
}

int cn_os_purge_now(void *base, size_t bytes)
{
    if (CN_FAULT(os_purge_now)) return CN_ENOTSUP;
    return cn_os_advise(base, bytes, MADV_DONTNEED);
}

int cn_os_purge_file(void *base, size_t bytes)
{
    if (CN_FAULT(os_purge_now)) return CN_ENOTSUP;
    return cn_os_advise(base, bytes, MADV_REMOVE);
}

int cn_os_resident(const void *base, size_t bytes, size_t *out)
{
    cn_os_check_range(base, bytes);
    const size_t page = cn_os_page_bytes();
    const unsigned char *at = base;
    size_t left = bytes / page;
    size_t found = 0;
    while (left != 0) {
        unsigned char state[CN_OS_MINCORE_PAGES];
        const size_t some = left < CN_OS_MINCORE_PAGES ? left : CN_OS_MINCORE_PAGES;
        int result;
        do {
            result = mincore((void *)(uintptr_t)at, some * page, state);
        } while (result != 0 && errno == EAGAIN);
        if (result != 0) return CN_ENOMEM;
        for (size_t i = 0; i < some; i++) {
            found += state[i] & 1U;
        }
        at += some * page;
        left -= some;
    }
    *out = found * page;
    return CN_OK;
}
