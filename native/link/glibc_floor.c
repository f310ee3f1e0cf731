/* stat and its kin, straight from the kernel: glibc exports them only since 2.33 (before, every program carried its own
 * copy), so calling glibc's would raise the floor.  Hidden, and used by hwloc alone.  See glibc_floor.h. */
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__aarch64__)

int fstatat(int directory, const char *restrict path, struct stat *restrict into, int flags)
{
    return (int)syscall(SYS_newfstatat, directory, path, into, flags);
}

int stat(const char *restrict path, struct stat *restrict into)
{
    return fstatat(AT_FDCWD, path, into, 0);
}

int lstat(const char *restrict path, struct stat *restrict into)
{
    return fstatat(AT_FDCWD, path, into, AT_SYMLINK_NOFOLLOW);
}

int fstat(int file, struct stat *into)
{
    return (int)syscall(SYS_fstat, file, into);
}

#else
#error "check that this kernel's struct stat is glibc's before adding an architecture"
#endif
