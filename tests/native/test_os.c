/* The system call wrappers: pages, files, threads, waiting. */
#include "platform/cn_os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cn_error.h"
#include "cn_test.h"
#include "cn_test_maps.h"

#define MIB ((size_t)1024 * 1024)

/* ---- address space and pages ---- */

CN_TEST(os, a_reservation_is_aligned_as_asked_and_costs_no_memory)
{
    for (size_t align = cn_os_page_bytes(); align <= 1024 * MIB; align *= 4) {
        void *base = NULL;
        const uint64_t before = cn_test_mapped_bytes();
        assert_int_equal(cn_os_reserve(4 * MIB, align, &base), CN_OK);
        assert_int_equal((uintptr_t)base & (align - 1), 0);
        assert_true(cn_test_mapped_bytes() - before <= 4 * MIB + 1 * MIB); /* the slack was given back */
        assert_int_equal(cn_test_map(base, 4 * MIB).resident_bytes, 0);
        assert_int_equal(cn_os_unmap(base, 4 * MIB), CN_OK);
    }
}

CN_TEST(os, more_than_there_are_addresses_is_refused)
{
    void *base = NULL;
    assert_int_equal(cn_os_reserve((size_t)PTRDIFF_MAX & ~(4 * MIB - 1), 4 * MIB, &base), CN_ENOMEM);
    assert_int_equal(cn_os_reserve((size_t)1 << 50, 4 * MIB, &base), CN_ENOMEM);
    assert_null(base);
}

static void touch_reserved(void *base)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    signal(SIGSEGV, SIG_DFL); /* the sanitizer's own handler would tell a story */
    *(volatile char *)base = 1;
}

CN_TEST(os, reserved_memory_faults_until_it_is_committed)
{
    void *base = NULL;
    assert_int_equal(cn_os_reserve(2 * MIB, 2 * MIB, &base), CN_OK);
    assert_int_equal(cn_test_child(touch_reserved, base), 128 + SIGSEGV);
    assert_int_equal(cn_os_commit(base, MIB), CN_OK);
    memset(base, 1, MIB);
    assert_int_equal(cn_test_child(touch_reserved, (char *)base + MIB), 128 + SIGSEGV);
    assert_int_equal(cn_os_unmap(base, 2 * MIB), CN_OK);
}

static void *committed(size_t bytes)
{
    void *base = NULL;
    assert_int_equal(cn_os_reserve(bytes, 2 * MIB, &base), CN_OK);
    assert_int_equal(cn_os_commit(base, bytes), CN_OK);
    return base;
}

CN_TEST(os, committed_memory_reads_as_zero_and_appears_at_first_touch)
{
    const size_t page = cn_os_page_bytes();
    unsigned char *base = committed(4 * MIB);
    size_t resident = 1;
    assert_int_equal(cn_os_resident(base, 4 * MIB, &resident), CN_OK);
    assert_int_equal(resident, 0);
    for (size_t i = 0; i < 4 * MIB; i += page) {
        assert_int_equal(base[i], 0);
    }
    base[0] = 1;
    base[3 * MIB] = 1;
    assert_int_equal(cn_os_resident(base, page, &resident), CN_OK);
    assert_int_equal(resident, page);
    assert_int_equal(cn_os_unmap(base, 4 * MIB), CN_OK);
}

CN_TEST(os, populating_makes_every_page_resident_and_keeps_what_it_holds)
{
    unsigned char *base = committed(32 * MIB); /* more pages than one look of cn_os_resident takes in */
    base[5 * MIB] = 42;
    const int result = cn_os_populate(base, 32 * MIB);
    if (result == CN_ENOTSUP) CN_SKIP("this kernel has no MADV_POPULATE_WRITE");
    assert_int_equal(result, CN_OK);
    size_t resident = 0;
    assert_int_equal(cn_os_resident(base, 32 * MIB, &resident), CN_OK);
    assert_int_equal(resident, 32 * MIB);
    assert_int_equal(base[5 * MIB], 42);
    assert_int_equal(cn_os_unmap(base, 32 * MIB), CN_OK);
}

CN_TEST(os, purging_now_gives_the_pages_back_and_leaves_zeros)
{
    unsigned char *base = committed(4 * MIB);
    memset(base, 7, 4 * MIB);
    size_t resident = 0;
    assert_int_equal(cn_os_resident(base, 4 * MIB, &resident), CN_OK);
    assert_int_equal(resident, 4 * MIB);
    const uint64_t before = cn_test_status_bytes("VmRSS:");
    assert_int_equal(cn_os_purge_now(base + MIB, 2 * MIB), CN_OK);
    assert_true(cn_test_status_bytes("VmRSS:") + MIB < before); /* the process has become smaller */
    assert_int_equal(cn_os_resident(base, 4 * MIB, &resident), CN_OK);
    assert_int_equal(resident, 2 * MIB);
    assert_int_equal(base[MIB - 1], 7);
    assert_int_equal(base[MIB], 0);
    assert_int_equal(base[3 * MIB], 7);
    assert_int_equal(cn_os_unmap(base, 4 * MIB), CN_OK);
}

CN_TEST(os, purging_lazily_leaves_the_pages_until_the_kernel_wants_them)
{
    unsigned char *base = committed(4 * MIB);
    memset(base, 7, 4 * MIB);
    assert_int_equal(cn_os_purge_lazy(base, 4 * MIB), CN_OK);
    const cn_test_map_t map = cn_test_map(base, 4 * MIB);
    /* The kernel keeps a list per processor before it marks pages, so the last few may lag. */
    assert_true(map.resident_bytes < 2 * MIB || map.lazy_bytes > 3 * MIB);
    for (size_t i = 0; i < 4 * MIB; i += cn_os_page_bytes()) {
        assert_true(base[i] == 7 || base[i] == 0); /* old or zero, nothing else */
    }
    base[0] = 9;
    assert_int_equal(base[0], 9);
    assert_int_equal(cn_os_unmap(base, 4 * MIB), CN_OK);
}

CN_TEST(os, asking_for_huge_pages_marks_the_mapping)
{
    unsigned char *base = committed(4 * MIB);
    assert_false(cn_test_map(base, 4 * MIB).huge_pages);
    const int result = cn_os_huge_pages(base, 4 * MIB);
    if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0) {
        assert_int_equal(result, CN_ENOTSUP);
    } else {
        assert_int_equal(result, CN_OK);
        assert_true(cn_test_map(base, 4 * MIB).huge_pages);
    }
    assert_int_equal(cn_os_unmap(base, 4 * MIB), CN_OK);
}

CN_TEST(os, calls_on_memory_that_is_not_there_are_refused)
{
    void *base = committed(2 * MIB);
    assert_int_equal(cn_os_unmap(base, 2 * MIB), CN_OK);
    size_t resident;
    assert_int_equal(cn_os_commit(base, 2 * MIB), CN_ENOMEM);
    assert_int_equal(cn_os_resident(base, 2 * MIB, &resident), CN_ENOMEM);
    assert_true(cn_os_populate(base, 2 * MIB) < 0);
    assert_true(cn_os_purge_now(base, 2 * MIB) < 0);
    assert_true(cn_os_purge_lazy(base, 2 * MIB) < 0);
    assert_true(cn_os_huge_pages(base, 2 * MIB) < 0);
}

static void exhaust_addresses(void *unused)
{
    (void)unused;
    const rlim_t limit = cn_test_mapped_bytes() + 256 * MIB;
    CN_CHILD_CHECK(!cn_os_address_space_is_limited());
    CN_CHILD_CHECK(setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}) == 0);
    CN_CHILD_CHECK(cn_os_address_space_is_limited());
    void *base = NULL;
    CN_CHILD_CHECK(cn_os_reserve(1024 * MIB, 2 * MIB, &base) == CN_ENOMEM && base == NULL);
    CN_CHILD_CHECK(cn_os_reserve(64 * MIB, 2 * MIB, &base) == CN_OK);
}

CN_TEST(os, an_address_space_limit_is_seen_and_held)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) CN_SKIP("RLIMIT_AS is set already");
    CN_TEST_IN_CHILD(exhaust_addresses, NULL);
}

/* ---- placement ---- */

CN_TEST(os, local_placement_makes_no_call_and_always_works)
{
    void *nowhere = (void *)(uintptr_t)cn_os_page_bytes();
    assert_int_equal(cn_os_bind(nowhere, cn_os_page_bytes(), CN_NUMA_LOCAL, 1), CN_OK);
}

CN_TEST(os, binding_to_a_node_that_is_there_keeps_memory_usable)
{
    const cn_numa_t policies[] = {CN_NUMA_BIND, CN_NUMA_PREFERRED, CN_NUMA_INTERLEAVE};
    for (size_t i = 0; i < 3; i++) {
        unsigned char *base = committed(2 * MIB);
        const int result = cn_os_bind(base, 2 * MIB, policies[i], 1);
        if (result == CN_ENOTSUP) CN_SKIP("mbind is refused here");
        assert_int_equal(result, CN_OK);
        memset(base, 1, 2 * MIB);
        assert_int_equal(cn_os_unmap(base, 2 * MIB), CN_OK);
    }
}

CN_TEST(os, binding_to_a_node_that_is_not_there_says_so)
{
    if (access("/sys/devices/system/node/node63", F_OK) == 0) CN_SKIP("this machine has a node 63");
    unsigned char *base = committed(2 * MIB);
    const int result = cn_os_bind(base, 2 * MIB, CN_NUMA_BIND, UINT64_C(1) << 63);
    if (result == CN_ENOTSUP) CN_SKIP("mbind is refused here");
    assert_int_equal(result, CN_ENODEV);
    assert_int_equal(cn_os_bind(base, 2 * MIB, CN_NUMA_PREFERRED, UINT64_C(1) << 63), CN_ENODEV);
    memset(base, 1, 2 * MIB);
    assert_int_equal(cn_os_unmap(base, 2 * MIB), CN_OK);
}

CN_TEST(os, preferring_several_nodes_falls_back_to_the_first_of_them)
{
    unsigned char *base = committed(2 * MIB);
    const int result = cn_os_bind(base, 2 * MIB, CN_NUMA_PREFERRED, 1 | UINT64_C(1) << 63);
    if (result == CN_ENOTSUP) CN_SKIP("mbind is refused here");
    assert_int_equal(result, CN_OK);
    assert_int_equal(cn_os_unmap(base, 2 * MIB), CN_OK);
}

/* As Docker's default filter does: this call is not permitted. */
static bool forbid_mbind(int number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mbind, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)number & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void bind_forbidden(void *number)
{
    if (!forbid_mbind(*(int *)number)) _exit(CN_CHILD_SKIP);
    void *base = NULL;
    CN_CHILD_CHECK(cn_os_reserve(2 * MIB, 2 * MIB, &base) == CN_OK && cn_os_commit(base, 2 * MIB) == CN_OK);
    CN_CHILD_CHECK(cn_os_bind(base, 2 * MIB, CN_NUMA_BIND, 1) == CN_ENOTSUP);
    CN_CHILD_CHECK(cn_os_bind(base, 2 * MIB, CN_NUMA_PREFERRED, 1) == CN_ENOTSUP);
    memset(base, 1, 2 * MIB);
}

CN_TEST(os, a_container_that_forbids_mbind_gets_an_answer_and_memory)
{
    int number = EPERM;
    CN_TEST_IN_CHILD(bind_forbidden, &number);
}

CN_TEST(os, a_kernel_without_mbind_gets_an_answer_and_memory)
{
    int number = ENOSYS;
    CN_TEST_IN_CHILD(bind_forbidden, &number);
}

/* ---- files ---- */

static void file_path(const char *directory, char *path, size_t path_max)
{
    snprintf(path, path_max, "%s/cn_test_os_%d", directory, (int)getpid());
    unlink(path);
}

static bool on_dax(const char *path)
{
    struct statx found;
    return statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &found) == 0 && (found.stx_attributes & STATX_ATTR_DAX) != 0;
}

static void check_file_in(const char *directory)
{
    char path[256];
    file_path(directory, path, sizeof path);
    cn_os_file_t file;
    assert_int_equal(cn_os_map_file(path, 4 * MIB, 2 * MIB, &file), CN_OK);
    assert_int_equal((uintptr_t)file.base & (2 * MIB - 1), 0);
    assert_int_equal(file.synced, on_dax(path)); /* MAP_SYNC exactly where the kernel can do it */
    struct statfs system;
    assert_int_equal(statfs(path, &system), 0);
    assert_int_equal(file.in_memory, system.f_type == 0x01021994);

    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_size, 4 * MIB);
    assert_int_equal(found.st_mode & 077, 0); /* nobody else's business */

    const int commit = cn_os_file_commit(&file, file.base, MIB);
    assert_true(commit == CN_OK || commit == CN_ENOTSUP);
    if (commit == CN_OK) {
        assert_int_equal(stat(path, &found), 0);
        assert_true((size_t)found.st_blocks * 512 >= MIB);
    }
    memset(file.base, 5, 4 * MIB);
    char first = 0;
    const int reader = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(pread(reader, &first, 1, MIB), 1); /* shared: what we write is in the file */
    close(reader);
    assert_int_equal(first, 5);

    const int purge = cn_os_purge_file(file.base, 2 * MIB);
    if (purge == CN_OK) {
        assert_int_equal(((char *)file.base)[0], 0);
        assert_int_equal(stat(path, &found), 0);
        assert_true((size_t)found.st_blocks * 512 <= 3 * MIB); /* blocks went back too */
    } else {
        assert_int_equal(purge, CN_ENOTSUP);
    }
    assert_int_equal(((char *)file.base)[2 * MIB], 5);
    cn_os_unmap_file(&file);
    assert_int_equal(access(path, F_OK), 0); /* the file is the user's */
    unlink(path);
}

CN_TEST(os, a_file_in_the_current_directory_backs_memory)
{
    check_file_in(".");
}

CN_TEST(os, a_file_on_tmpfs_backs_memory)
{
    if (access("/dev/shm", W_OK) != 0) CN_SKIP("there is no /dev/shm");
    check_file_in("/dev/shm");
}

CN_TEST(os, a_file_that_is_there_is_kept)
{
    char path[256];
    file_path(".", path, sizeof path);
    const int made = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(made, (off_t)(8 * MIB)), 0);
    assert_int_equal(pwrite(made, "kept", 4, 0), 4);
    close(made);
    cn_os_file_t file;
    assert_int_equal(cn_os_map_file(path, 2 * MIB, 2 * MIB, &file), CN_OK);
    assert_memory_equal(file.base, "kept", 4);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_size, 8 * MIB);
    cn_os_unmap_file(&file);
    unlink(path);
}

CN_TEST(os, what_is_no_plain_file_is_refused_and_nothing_stays_mapped)
{
    const uint64_t before = cn_test_mapped_bytes();
    cn_os_file_t file;
    assert_int_equal(cn_os_map_file("no/such/folder/file", 2 * MIB, 2 * MIB, &file), CN_EIO);
    assert_int_equal(cn_os_map_file(".", 2 * MIB, 2 * MIB, &file), CN_EIO);
    assert_int_equal(cn_os_map_file("/dev/null", 2 * MIB, 2 * MIB, &file), CN_EIO);
    char path[256];
    file_path(".", path, sizeof path);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(cn_os_map_file(path, 2 * MIB, 2 * MIB, &file), CN_EIO);
    unlink(path);
    assert_true(cn_test_mapped_bytes() <= before + MIB);
}

static void full_disk(void *path)
{
    signal(SIGXFSZ, SIG_IGN);
    CN_CHILD_CHECK(setrlimit(RLIMIT_FSIZE, &(struct rlimit){MIB, MIB}) == 0);
    cn_os_file_t file;
    CN_CHILD_CHECK(cn_os_map_file(path, 4 * MIB, 2 * MIB, &file) == CN_EIO);
}

CN_TEST(os, a_file_that_cannot_grow_is_refused)
{
    char path[256];
    file_path(".", path, sizeof path);
    CN_TEST_IN_CHILD(full_disk, path);
    unlink(path);
}

CN_TEST(os, reading_a_small_file_ends_it_and_cuts_it)
{
    char text[8];
    size_t bytes = 99;
    assert_int_equal(cn_os_read_file("/proc/self/comm", text, sizeof text, &bytes), CN_OK);
    assert_memory_equal(text, "test_os", 7);
    assert_int_equal(bytes, 7);
    assert_int_equal(text[7], 0);
    assert_int_equal(cn_os_read_file("/proc/self/no_such_file", text, sizeof text, &bytes), CN_EIO);
    assert_int_equal(cn_os_read_file("/proc/self", text, sizeof text, &bytes), CN_EIO);
}

/* ---- time, threads, waiting ---- */

CN_TEST(os, time_goes_forward_and_sleep_lasts)
{
    const uint64_t before = cn_os_nanos();
    cn_os_sleep(2000000);
    assert_true(cn_os_nanos() - before >= 2000000);
    cn_os_yield();
}

typedef struct seen {
    char name[16];
    sigset_t blocked;
} seen_t;

static void *look_around(void *argument)
{
    seen_t *seen = argument;
    (void)prctl(PR_GET_NAME, seen->name, 0, 0, 0);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
    return NULL;
}

CN_TEST(os, a_thread_has_its_name_and_takes_no_signals)
{
    seen_t seen;
    memset(&seen, 0, sizeof seen);
    sigset_t before, after;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
    cn_os_thread_t thread;
    assert_int_equal(cn_os_thread_start(&thread, "cenote-grower", look_around, &seen), CN_OK);
    cn_os_thread_join(&thread);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_string_equal(seen.name, "cenote-grower");
    assert_true(sigismember(&seen.blocked, SIGTERM) == 1 && sigismember(&seen.blocked, SIGUSR1) == 1);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM)); /* the caller's mask is untouched */
}

/* ---- processors: of a thread that is bound to one, and of the thread that it starts ---- */

typedef struct bound {
    cpu_set_t own;
    cpu_set_t started;
    bool failed;
} bound_t;

static void *look_where(void *where)
{
    (void)sched_getaffinity(0, sizeof(cpu_set_t), where);
    return NULL;
}

static void *bind_and_start(void *argument)
{
    bound_t *bound = argument;
    cpu_set_t allowed, one;
    (void)sched_getaffinity(0, sizeof allowed, &allowed);
    CPU_ZERO(&one);
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        CPU_SET(cpu, &one);
        break;
    }
    cn_os_thread_t thread;
    bound->failed = sched_setaffinity(0, sizeof one, &one) != 0 ||
                    cn_os_thread_start(&thread, "cenote-grower", look_where, &bound->started) != CN_OK;
    if (!bound->failed) cn_os_thread_join(&thread);
    (void)sched_getaffinity(0, sizeof bound->own, &bound->own);
    return NULL;
}

CN_TEST(os, a_thread_that_a_bound_one_starts_may_run_wherever_the_process_may)
{
    bound_t bound = {.failed = false};
    pthread_t starter;
    assert_int_equal(pthread_create(&starter, NULL, bind_and_start, &bound), 0);
    assert_int_equal(pthread_join(starter, NULL), 0);
    assert_false(bound.failed);
    cpu_set_t process;
    assert_int_equal(sched_getaffinity(getpid(), sizeof process, &process), 0);
    assert_true(CPU_EQUAL(&bound.started, &process));
    assert_int_equal(CPU_COUNT(&bound.own), 1); /* the one that started it stays where it was */
}

CN_TEST(os, an_event_that_is_not_set_ends_with_the_time)
{
    cn_os_event_t *event;
    assert_int_equal(cn_os_event_create(&event), CN_OK);
    assert_false(cn_os_event_wait(event, 0));
    const uint64_t before = cn_os_nanos();
    assert_false(cn_os_event_wait(event, 3000000));
    assert_true(cn_os_nanos() - before >= 3000000);
    cn_os_event_destroy(event);
}

CN_TEST(os, an_event_set_before_the_wait_is_remembered_once)
{
    cn_os_event_t *event;
    assert_int_equal(cn_os_event_create(&event), CN_OK);
    cn_os_event_set(event);
    cn_os_event_set(event);
    assert_true(cn_os_event_wait(event, UINT64_MAX));
    assert_false(cn_os_event_wait(event, 0));
    cn_os_event_destroy(event);
}

#define ROUNDS 2000

typedef struct ping {
    cn_os_event_t *there, *back;
    int shared; /* handed over by the events alone: the thread sanitizer would see it if they did not order */
} ping_t;

static void *answer(void *argument)
{
    ping_t *ping = argument;
    for (int i = 0; i < ROUNDS; i++) {
        while (!cn_os_event_wait(ping->there, UINT64_MAX)) {}
        ping->shared++;
        cn_os_event_set(ping->back);
    }
    return NULL;
}

CN_TEST(os, no_wake_up_is_lost_between_two_threads)
{
    ping_t ping = {.shared = 0};
    assert_int_equal(cn_os_event_create(&ping.there), CN_OK);
    assert_int_equal(cn_os_event_create(&ping.back), CN_OK);
    cn_os_thread_t thread;
    assert_int_equal(cn_os_thread_start(&thread, "answer", answer, &ping), CN_OK);
    for (int i = 0; i < ROUNDS; i++) {
        ping.shared++;
        cn_os_event_set(ping.there);
        assert_true(cn_os_event_wait(ping.back, UINT64_MAX));
    }
    cn_os_thread_join(&thread);
    assert_int_equal(ping.shared, 2 * ROUNDS);
    cn_os_event_destroy(ping.there);
    cn_os_event_destroy(ping.back);
}

#define CONTENDERS 4
#define TURNS      20000

static cn_os_mutex_t mutex = CN_OS_MUTEX_INIT;
static uint64_t guarded;

static void *contend(void *unused)
{
    (void)unused;
    for (int i = 0; i < TURNS; i++) {
        cn_os_mutex_lock(&mutex);
        guarded++;
        if (i % 1000 == 0) cn_os_yield(); /* so that others really wait */
        cn_os_mutex_unlock(&mutex);
    }
    return NULL;
}

CN_TEST(os, a_mutex_lets_one_thread_in_at_a_time)
{
    cn_os_thread_t thread[CONTENDERS];
    for (int i = 0; i < CONTENDERS; i++) {
        assert_int_equal(cn_os_thread_start(&thread[i], "contend", contend, NULL), CN_OK);
    }
    for (int i = 0; i < CONTENDERS; i++) {
        cn_os_thread_join(&thread[i]);
    }
    assert_int_equal(guarded, CONTENDERS * TURNS);
}

static cn_os_exit_key_t key;
static int exits;

static void count_exit(void *value)
{
    exits += *(int *)value;
}

static void *set_value(void *value)
{
    return cn_os_exit_value_set(key, value) == CN_OK ? value : NULL;
}

static void *set_nothing(void *unused)
{
    return unused;
}

CN_TEST(os, what_shall_run_at_thread_exit_runs_for_those_who_asked)
{
    assert_int_equal(cn_os_at_thread_exit(count_exit, &key), CN_OK);
    int three = 3;
    cn_os_thread_t thread;
    assert_int_equal(cn_os_thread_start(&thread, "asks", set_value, &three), CN_OK);
    cn_os_thread_join(&thread);
    assert_int_equal(exits, 3);
    assert_int_equal(cn_os_thread_start(&thread, "does not", set_nothing, &three), CN_OK);
    cn_os_thread_join(&thread);
    assert_int_equal(exits, 3);
}

CN_TEST_MAIN(os)
