/* Threads, time, and the two things that wait: an event and a mutex, both one futex word. */
#include "platform/cn_os.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"
#include "platform/cn_cas16.h"

#define CN_OS_STACK_BYTES ((size_t)512 * 1024)
#define CN_OS_SPINS       64
#define CN_OS_CPUS_MAX    8192U /* the kernel's own limit on x86-64 */
#define CN_OS_NANOS       1000000000U

uint64_t cn_os_nanos(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock is always there */
    return (uint64_t)now.tv_sec * CN_OS_NANOS + (uint64_t)now.tv_nsec;
}

void cn_os_yield(void)
{
    (void)sched_yield();
}

void cn_os_sleep(uint64_t nanos)
{
    struct timespec left = {.tv_sec = (time_t)(nanos / CN_OS_NANOS), .tv_nsec = (long)(nanos % CN_OS_NANOS)};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {}
}

/* Sleeps while the word is `seen`, at most until the monotonic time `until` (UINT64_MAX: for ever).  Wakes early now
 * and then; the caller looks again. */
static void cn_os_futex_wait(cn_os_word_t *word, uint32_t seen, uint64_t until)
{
    const struct timespec limit = {.tv_sec = (time_t)(until / CN_OS_NANOS), .tv_nsec = (long)(until % CN_OS_NANOS)};
    (void)syscall(SYS_futex, &word->cn_value, FUTEX_WAIT_BITSET_PRIVATE, seen, until == UINT64_MAX ? NULL : &limit,
                  NULL, FUTEX_BITSET_MATCH_ANY);
}

static void cn_os_futex_wake_one(cn_os_word_t *word)
{
    (void)syscall(SYS_futex, &word->cn_value, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* ---- mutex: 0 free, 1 taken, 2 taken and somebody may sleep (Drepper, Futexes Are Tricky, 2011, mutex 2) ---- */

void cn_os_mutex_lock(cn_os_mutex_t *mutex)
{
    for (int spin = 0; spin < CN_OS_SPINS; spin++) {
        uint32_t seen = 0;
        if (cn_cas_acq_rel(&mutex->word, &seen, 1U)) return; /* pairs with the exchange in cn_os_mutex_unlock */
        cn_arch_pause();
    }
    while (cn_exchange_acq_rel(&mutex->word, 2U) != 0) { /* pairs with the exchange in cn_os_mutex_unlock */
        cn_os_futex_wait(&mutex->word, 2U, UINT64_MAX);
    }
}

void cn_os_mutex_unlock(cn_os_mutex_t *mutex)
{
    const uint32_t before = cn_exchange_acq_rel(&mutex->word, 0U); /* pairs with cn_os_mutex_lock */
    CN_ASSERT(before != 0);
    if (before == 2U) cn_os_futex_wake_one(&mutex->word);
}

/* ---- event: 1 while set ---- */

struct cn_os_event {
    cn_os_word_t word;
};

int cn_os_event_create(cn_os_event_t **out)
{
    *out = CN_FAULT(os_event) ? NULL : calloc(1, sizeof(cn_os_event_t));
    return *out == NULL ? CN_ENOMEM : CN_OK;
}

void cn_os_event_destroy(cn_os_event_t *event)
{
    free(event);
}

void cn_os_event_set(cn_os_event_t *event)
{
    if (cn_exchange_acq_rel(&event->word, 1U) == 0) { /* pairs with the exchange in cn_os_event_wait */
        cn_os_futex_wake_one(&event->word);
    }
}

bool cn_os_event_wait(cn_os_event_t *event, uint64_t nanos_max)
{
    const uint64_t now = cn_os_nanos();
    const uint64_t until = nanos_max > UINT64_MAX - now ? UINT64_MAX : now + nanos_max;
    while (cn_exchange_acq_rel(&event->word, 0U) == 0) { /* pairs with the exchange in cn_os_event_set */
        if (until != UINT64_MAX && cn_os_nanos() >= until) return false;
        cn_os_futex_wait(&event->word, 0, until);
    }
    return true;
}

/* ---- threads ---- */

typedef struct cn_os_start {
    const char *name;
    void *(*run)(void *);
    void *argument;
    cn_os_word_t taken; /* 1: the new thread has copied what it needs */
} cn_os_start_t;

bool cn_os_thread_roam(void)
{
    unsigned long cpus[CN_OS_CPUS_MAX / (CHAR_BIT * sizeof(unsigned long))];
    if (CN_FAULT(os_affinity)) return false;
    const long bytes = syscall(SYS_sched_getaffinity, getpid(), sizeof cpus, cpus); /* of the process's first thread */
    return bytes > 0 && syscall(SYS_sched_setaffinity, 0, (size_t)bytes, cpus) == 0;
}

static void *cn_os_thread_main(void *argument)
{
    cn_os_start_t *start = argument;
    (void)cn_os_thread_roam(); /* refused: its work is slower, and in the way of the thread that started it */
    void *(*const run)(void *) = start->run;
    void *const what = start->argument;
    (void)prctl(PR_SET_NAME, start->name, 0UL, 0UL, 0UL); /* cut to 15 letters; only for people who look */
    cn_store_release(&start->taken, 1U);                  /* pairs with the load in cn_os_thread_start */
    cn_os_futex_wake_one(&start->taken);
    return run(what);
}

int cn_os_thread_start(cn_os_thread_t *thread, const char *name, void *(*run)(void *), void *argument)
{
    _Static_assert(sizeof(pthread_t) <= sizeof thread->id, "an id holds it");
    if (CN_FAULT(os_thread)) return CN_ENOMEM;

    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return CN_ENOMEM;
    (void)pthread_attr_setstacksize(&attributes, CN_OS_STACK_BYTES); /* refused: the default is used */

    /* Signals are for the program's own threads: a new one inherits what is blocked. */
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    cn_os_start_t start = {.name = name, .run = run, .argument = argument};
    pthread_t id;
    const int number = pthread_create(&id, &attributes, cn_os_thread_main, &start);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    if (number != 0) return CN_ENOMEM; /* EAGAIN: limits of threads or memory */

    while (cn_load_acquire(&start.taken) == 0) { /* pairs with the store in cn_os_thread_main */
        cn_os_futex_wait(&start.taken, 0, UINT64_MAX);
    }
    thread->id = (uint64_t)id;
    return CN_OK;
}

void cn_os_thread_join(cn_os_thread_t *thread)
{
    (void)pthread_join((pthread_t)thread->id, NULL);
}

/* ---- what runs when a thread ends ---- */

int cn_os_at_thread_exit(void (*run)(void *), cn_os_exit_key_t *key)
{
    pthread_key_t made;
    if (CN_FAULT(os_thread_key) || pthread_key_create(&made, run) != 0) return CN_ENOMEM;
    key->id = (uint32_t)made;
    return CN_OK;
}

int cn_os_exit_value_set(cn_os_exit_key_t key, void *value)
{
    return pthread_setspecific((pthread_key_t)key.id, value) == 0 ? CN_OK : CN_ENOMEM;
}
