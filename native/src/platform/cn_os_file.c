/* Files: those that back memory, and the small ones of /proc and /sys. */
#include "platform/cn_os.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"

/* Linux uapi asm-generic/mman.h and linux/magic.h; not in every C library. */
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif
#ifndef MAP_SYNC
#define MAP_SYNC 0x080000
#endif
#define CN_TMPFS_MAGIC     0x01021994L
#define CN_HUGETLBFS_MAGIC 0x958458f6L

/* Opens and sizes the file; a file that is longer stays as long as it is. */
static int cn_os_open_sized(const char *path, size_t bytes)
{
    int file;
    do {
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    } while (file < 0 && errno == EINTR);
    if (file < 0) return -1;

    struct stat found;
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode) ||
        ((uint64_t)found.st_size < bytes && ftruncate(file, (off_t)bytes) != 0)) {
        (void)close(file);
        return -1;
    }
    return file;
}

int cn_os_map_file(const char *path, size_t bytes, size_t align, cn_os_file_t *out)
{
    CN_ASSERT(bytes != 0 && bytes % cn_os_page_bytes() == 0);
    if (CN_FAULT(os_map_file)) return CN_EIO;
    void *base;
    const int reserved = cn_os_reserve(bytes, align, &base);
    if (reserved != CN_OK) return reserved;
    const int file = cn_os_open_sized(path, bytes);
    if (file < 0) {
        (void)cn_os_unmap(base, bytes);
        return CN_EIO;
    }
    /* MAP_SYNC is granted on DAX only; others say EOPNOTSUPP, kernels before 4.15 EINVAL.  Then a plain shared
     * mapping. */
    const int rights = PROT_READ | PROT_WRITE;
    bool synced = true;
    void *mapped = mmap(base, bytes, rights, MAP_SHARED_VALIDATE | MAP_SYNC | MAP_FIXED, file, 0);
    if (mapped == MAP_FAILED) {
        synced = false;
        mapped = mmap(base, bytes, rights, MAP_SHARED | MAP_FIXED, file, 0);
    }
    if (mapped == MAP_FAILED) {
        (void)cn_os_unmap(base, bytes);
        (void)close(file);
        return CN_EIO;
    }
    struct statfs system;
    const bool known = fstatfs(file, &system) == 0;
    *out = (cn_os_file_t){
        .base = mapped,
        .bytes = bytes,
        .descriptor = file,
        .synced = synced,
        .in_memory = known && (system.f_type == CN_TMPFS_MAGIC || system.f_type == CN_HUGETLBFS_MAGIC),
    };
    return CN_OK;
}

int cn_os_file_commit(const cn_os_file_t *file, const void *base, size_t bytes)
{
    const size_t offset = (size_t)((const unsigned char *)base - (const unsigned char *)file->base);
    CN_ASSERT(offset <= file->bytes && bytes <= file->bytes - offset);
    if (CN_FAULT(os_file_commit)) return CN_ENOMEM;
    int result;
    do {
        result = fallocate(file->descriptor, 0, (off_t)offset, (off_t)bytes);
    } while (result != 0 && errno == EINTR);
    if (result == 0) return CN_OK;
    return errno == EOPNOTSUPP || errno == ENOSYS ? CN_ENOTSUP : CN_ENOMEM;
}

void cn_os_unmap_file(cn_os_file_t *file)
{
    (void)cn_os_unmap(file->base, file->bytes);
    (void)close(file->descriptor);
}

int cn_os_forget_file(cn_os_file_t *file)
{
    (void)close(file->descriptor);
    file->descriptor = -1;
    if (CN_FAULT(os_reserve)) return CN_ENOMEM;
    void *over = mmap(file->base, file->bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    return over == MAP_FAILED ? CN_ENOMEM : CN_OK;
}

int cn_os_read_file(const char *path, char *text, size_t bytes_max, size_t *bytes)
{
    CN_ASSERT(bytes_max > 1U);
    int file;
    do {
        file = open(path, O_RDONLY | O_CLOEXEC);
    } while (file < 0 && errno == EINTR);
    if (file < 0) return CN_EIO;
    size_t have = 0;
    while (have < bytes_max - 1U) {
        const ssize_t more = read(file, text + have, bytes_max - 1U - have);
        if (more < 0 && errno == EINTR) continue;
        if (more < 0) {
            (void)close(file);
            return CN_EIO;
        }
        if (more == 0) break;
        have += (size_t)more;
    }
    (void)close(file);
    text[have] = '\0';
    *bytes = have;
    return CN_OK;
}

bool cn_os_address_space_is_limited(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}
