/* General allocation through the threads' own caches: sizes, alignments, other threads' memory, ends of threads. */
#include "arena/cn_tcache.h"

#include <pthread.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "base/cn_error.h"
#include "cn_test.h"
#include "cn_test_maps.h"

#define MIB ((size_t)1024 * 1024)

static const cn_map_policy_t plain = {.numa = CN_NUMA_PREFERRED};

static cn_node_arena_t *open_arena(void)
{
    cn_node_arena_t *arena = NULL;
    assert_int_equal(cn_node_arena_open(0, &plain, &arena), CN_OK);
    return arena;
}

static uint64_t allocated(const cn_node_arena_t *arena)
{
    return cn_node_arena_counts(arena).allocated_bytes;
}

CN_TEST(tcache, every_size_and_alignment_gives_memory_of_its_own)
{
    cn_node_arena_t *arena = open_arena();
    static struct {
        unsigned char *base;
        size_t bytes, align;
    } piece[1024];
    size_t count = 0;
    for (size_t align = 0; align <= 8 * MIB; align = align == 0 ? 1 : align * 4) {
        for (size_t bytes = 1; bytes <= 4 * MIB; bytes = bytes * 3 + 1) {
            void *base = NULL;
            assert_int_equal(cn_node_arena_allocate(arena, bytes, align, 0, &base), CN_OK);
            assert_int_equal((uintptr_t)base & (align < 16 ? 15 : align - 1), 0);
            assert_true(cn_node_arena_usable(bytes, align) >= bytes);
            memset(base, (int)count, bytes);
            piece[count].base = base;
            piece[count].bytes = bytes;
            piece[count++].align = align;
        }
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(piece[i].base[0], i & 0xff);
        assert_int_equal(piece[i].base[piece[i].bytes - 1], i & 0xff);
        cn_node_arena_free(arena, piece[i].base, piece[i].bytes, piece[i].align);
    }
    assert_int_equal(allocated(arena), 0);
    cn_node_arena_close(arena);
    assert_int_equal(cn_meta_bytes(), 0);
}

CN_TEST(tcache, zeroed_means_zero_also_where_others_have_written)
{
    cn_node_arena_t *arena = open_arena();
    for (int round = 0; round < 3; round++) {
        for (size_t bytes = 16; bytes <= 4 * MIB; bytes *= 4) {
            for (size_t align = 0; align <= 4 * MIB; align = align == 0 ? 4096 : align * 32) {
                unsigned char *base = NULL;
                assert_int_equal(cn_node_arena_allocate(arena, bytes, align, CN_ALLOCATE_ZEROED, (void **)&base),
                                 CN_OK);
                assert_int_equal(base[0], 0);
                assert_memory_equal(base, base + 1, bytes - 1);
                memset(base, 0xee, bytes);
                cn_node_arena_free(arena, base, bytes, align);
            }
        }
    }
    cn_node_arena_close(arena);
}

CN_TEST(tcache, a_request_without_sense_is_refused_and_leaks_nothing)
{
    cn_node_arena_t *arena = open_arena();
    void *base = NULL;
    assert_int_equal(cn_node_arena_allocate(arena, 0, 0, 0, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_allocate(arena, (size_t)PTRDIFF_MAX + 1, 0, 0, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_allocate(arena, SIZE_MAX, 0, 0, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_allocate(arena, 16, 3, 0, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_allocate(arena, 16, SIZE_MAX, 0, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_allocate(arena, 16, (size_t)1 << 63, 0, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_allocate(arena, 16, 0, 2, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_allocate(arena, PTRDIFF_MAX, 0, 0, &base), CN_ENOMEM);
    assert_int_equal(cn_node_arena_allocate(arena, 16, (size_t)1 << 62, 0, &base), CN_ENOMEM);
    assert_int_equal(cn_node_arena_allocate(arena, (size_t)1 << 50, 0, 0, &base), CN_ENOMEM);
    assert_null(base);
    assert_int_equal(cn_node_arena_usable(0, 0), 0);
    assert_int_equal(cn_node_arena_usable(16, 3), 0);
    cn_node_arena_free(arena, NULL, 0, 0); /* as free() does: nothing */
    assert_int_equal(allocated(arena), 0);
    assert_int_equal(cn_node_arena_allocate(arena, 16, 0, 0, &base), CN_OK);
    cn_node_arena_free(arena, base, 16, 0);
    cn_node_arena_close(arena);
}

CN_TEST(tcache, two_arenas_never_serve_each_others_memory)
{
    cn_node_arena_t *one = open_arena(), *two = NULL;
    assert_int_equal(cn_node_arena_open(0, &(cn_map_policy_t){.numa = CN_NUMA_LOCAL}, &two), CN_OK);
    for (int i = 0; i < 1000; i++) {
        void *first, *second;
        assert_int_equal(cn_node_arena_allocate(one, 100, 0, 0, &first), CN_OK);
        cn_node_arena_free(one, first, 100, 0);
        assert_int_equal(cn_node_arena_allocate(two, 100, 0, 0, &second), CN_OK);
        assert_ptr_not_equal(first, second); /* one shared cache would hand out what was just freed */
        cn_node_arena_free(two, second, 100, 0);
    }
    cn_node_arena_close(one);
    cn_node_arena_close(two);
}

#define PIECES 2000

typedef struct work {
    cn_node_arena_t *arena;
    void *piece[PIECES];
    int result;
} work_t;

static void *take(void *argument)
{
    work_t *work = argument;
    for (size_t i = 0; i < PIECES && work->result == CN_OK; i++) {
        work->result = cn_node_arena_allocate(work->arena, 64 + i % 1000, 0, 0, &work->piece[i]);
        if (work->result == CN_OK) memset(work->piece[i], 1, 64 + i % 1000);
    }
    return NULL;
}

static void *give(void *argument)
{
    work_t *work = argument;
    for (size_t i = 0; i < PIECES; i++) {
        cn_node_arena_free(work->arena, work->piece[i], 64 + i % 1000, 0);
    }
    return NULL;
}

static void run(void *(*body)(void *), work_t *work)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, body, work), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(work->result, CN_OK);
}

CN_TEST(tcache, a_thread_may_free_what_another_took_and_both_may_be_gone)
{
    static work_t work;
    work.arena = open_arena();
    run(take, &work);
    assert_true(allocated(work.arena) > PIECES * 64);
    run(give, &work);
    assert_int_equal(allocated(work.arena), 0);
    cn_node_arena_close(work.arena);
    assert_int_equal(cn_meta_bytes(), 0);
}

CN_TEST(tcache, the_end_of_a_thread_gives_its_cache_back)
{
    static work_t work;
    work.arena = open_arena();
    run(take, &work); /* jemalloc has what it needs for threads */
    run(give, &work);
    cn_node_arena_trim(work.arena);
    const uint64_t committed = cn_node_arena_counts(work.arena).committed_bytes;
    const uint64_t metadata = cn_meta_bytes();
    for (int i = 0; i < 50; i++) {
        run(take, &work);
        run(give, &work);
    }
    assert_int_equal(cn_meta_bytes(), metadata);
    cn_node_arena_trim(work.arena);
    assert_true(cn_node_arena_counts(work.arena).committed_bytes <= committed); /* no slab is held by a dead cache */
    cn_node_arena_close(work.arena);
    assert_int_equal(cn_meta_bytes(), 0);
}

static void *several_arenas(void *argument)
{
    work_t *work = argument;
    cn_node_arena_t *other = NULL;
    work->result = cn_node_arena_open(0, &(cn_map_policy_t){.numa = CN_NUMA_LOCAL, .purge_lazy = true}, &other);
    void *here, *there;
    if (work->result == CN_OK) work->result = cn_node_arena_allocate(work->arena, 100, 0, 0, &here);
    if (work->result == CN_OK) work->result = cn_node_arena_allocate(other, 100, 0, 0, &there);
    cn_node_arena_free(work->arena, here, 100, 0);
    cn_node_arena_free(other, there, 100, 0);
    cn_node_arena_close(other); /* before the thread ends: its cache is gone already then */
    return NULL;
}

CN_TEST(tcache, an_arena_that_closes_takes_its_caches_along_and_its_place_is_used_again)
{
    static work_t work;
    work.arena = open_arena();
    for (int i = 0; i < 20; i++) {
        run(several_arenas, &work);
    }
    cn_node_arena_close(work.arena);
    assert_int_equal(cn_meta_bytes(), 0);
}

CN_TEST(tcache, a_trim_gives_back_what_this_thread_caches)
{
    cn_node_arena_t *arena = open_arena();
    static void *piece[500];
    for (int i = 0; i < 500; i++) {
        assert_int_equal(cn_node_arena_allocate(arena, 16000, 0, 0, &piece[i]), CN_OK);
        memset(piece[i], 1, 16000);
    }
    for (int i = 0; i < 500; i++) {
        cn_node_arena_free(arena, piece[i], 16000, 0);
    }
    const uint64_t before = cn_test_status_bytes("VmRSS:");
    cn_node_arena_trim(arena);
    assert_true(cn_test_status_bytes("VmRSS:") + 7 * MIB <= before);
    assert_int_equal(cn_node_arena_counts(arena).committed_bytes, 0); /* not a page is held */
    cn_node_arena_close(arena);
}

typedef struct trimmed {
    cn_node_arena_t *arena;
    pthread_barrier_t cached, trimmed, flushed, done;
} trimmed_t;

static void *cache_and_wait(void *argument)
{
    trimmed_t *shared = argument;
    void *piece = NULL;
    (void)cn_node_arena_allocate(shared->arena, 1000, 0, 0, &piece);
    cn_node_arena_free(shared->arena, piece, 1000, 0);
    pthread_barrier_wait(&shared->cached);
    pthread_barrier_wait(&shared->trimmed);
    (void)cn_node_arena_allocate(shared->arena, 1000, 0, 0, &piece); /* hears of the trim here, and flushes */
    cn_node_arena_free(shared->arena, piece, 1000, 0);
    pthread_barrier_wait(&shared->flushed);
    pthread_barrier_wait(&shared->done);
    return NULL;
}

CN_TEST(tcache, a_trim_reaches_other_threads_at_their_next_call)
{
    static trimmed_t shared;
    shared.arena = open_arena();
    pthread_barrier_init(&shared.cached, NULL, 2);
    pthread_barrier_init(&shared.trimmed, NULL, 2);
    pthread_barrier_init(&shared.flushed, NULL, 2);
    pthread_barrier_init(&shared.done, NULL, 2);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cache_and_wait, &shared), 0);
    pthread_barrier_wait(&shared.cached);
    cn_node_arena_trim(shared.arena);
    assert_true(cn_node_arena_counts(shared.arena).committed_bytes > 0); /* the other thread's cache */
    pthread_barrier_wait(&shared.trimmed);
    pthread_barrier_wait(&shared.flushed);
    pthread_barrier_wait(&shared.done);
    pthread_join(thread, NULL);
    cn_node_arena_trim(shared.arena);
    assert_int_equal(cn_node_arena_counts(shared.arena).committed_bytes, 0);
    cn_node_arena_close(shared.arena);
    pthread_barrier_destroy(&shared.cached);
    pthread_barrier_destroy(&shared.trimmed);
    pthread_barrier_destroy(&shared.flushed);
    pthread_barrier_destroy(&shared.done);
}

#define WORKERS 4
#define SLOTS   64

static CN_ATOMIC(void *) exchange_slot[SLOTS];

static void *exchange(void *argument)
{
    work_t *work = argument;
    uint32_t random = (uint32_t)(uintptr_t)&work | 1U;
    for (int i = 0; i < 50000; i++) {
        random = random * 1664525U + 1013904223U;
        const size_t slot = (random >> 16) % SLOTS;
        const size_t bytes = 16 + slot * 600; /* some above what a thread caches */
        void *mine = NULL;
        work->result = cn_node_arena_allocate(work->arena, bytes, 0, 0, &mine);
        if (work->result != CN_OK) return NULL;
        memset(mine, (int)slot, 16);
        void *other = cn_exchange_acq_rel(&exchange_slot[slot], mine); /* shows what the other thread wrote */
        if (other == NULL) continue;
        if (((unsigned char *)other)[15] != slot) work->result = CN_EINVAL;
        cn_node_arena_free(work->arena, other, bytes, 0);
    }
    return NULL;
}

CN_TEST(tcache, threads_that_pass_memory_around_lose_none)
{
    static work_t work[WORKERS];
    pthread_t thread[WORKERS];
    cn_node_arena_t *arena = open_arena();
    for (int i = 0; i < WORKERS; i++) {
        work[i].arena = arena;
        assert_int_equal(pthread_create(&thread[i], NULL, exchange, &work[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(work[i].result, CN_OK);
    }
    for (size_t slot = 0; slot < SLOTS; slot++) {
        cn_node_arena_free(arena, cn_load_relaxed(&exchange_slot[slot]), 16 + slot * 600, 0);
    }
    assert_int_equal(allocated(arena), 0);
    cn_node_arena_close(arena);
    assert_int_equal(cn_meta_bytes(), 0);
}

CN_TEST(tcache, more_threads_than_jemalloc_has_caches_go_without)
{
    /* Not 4093 threads: as many arenas as the table holds would do, but one thread shows the way without a cache. */
    cn_node_arena_t *arena = open_arena();
    unsigned index[4200];
    size_t made = 0, bytes = sizeof index[0];
    while (made < 4200 && cenote_je_mallctl("tcache.create", &index[made], &bytes, NULL, 0) == 0) {
        made++;
    }
    assert_true(made < 4200);
    void *memory = NULL;
    assert_int_equal(cn_node_arena_allocate(arena, 100, 0, 0, &memory), CN_OK);
    assert_int_equal(allocated(arena), 100);
    cn_node_arena_free(arena, memory, 100, 0);
    assert_int_equal(allocated(arena), 0);
    while (made > 0) {
        made--;
        assert_int_equal(cenote_je_mallctl("tcache.destroy", NULL, NULL, &index[made], sizeof index[made]), 0);
    }
    assert_int_equal(cn_node_arena_allocate(arena, 100, 0, 0, &memory), CN_OK); /* has one now */
    cn_node_arena_free(arena, memory, 100, 0);
    cn_node_arena_close(arena);
    assert_int_equal(cn_meta_bytes(), 0);
}

CN_TEST(tcache, metadata_is_zeroed_aligned_and_counted)
{
    assert_int_equal(cn_meta_bytes(), 0);
    for (int round = 0; round < 2; round++) {
        for (size_t bytes = 1; bytes < 100000; bytes = bytes * 5 + 3) {
            unsigned char *memory = cn_meta_allocate(bytes);
            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % CN_LINE_PAIR, 0);
            for (size_t i = 0; i < bytes; i++) {
                assert_int_equal(memory[i], 0);
            }
            memset(memory, 0xff, bytes);
            assert_int_equal(cn_meta_bytes(), bytes);
            cn_meta_free(memory, bytes);
        }
    }
    assert_null(cn_meta_allocate(0));
    assert_null(cn_meta_allocate(SIZE_MAX));
    assert_null(cn_meta_allocate((size_t)1 << 50));
    cn_meta_free(NULL, 0);
    assert_int_equal(cn_meta_bytes(), 0);
}

CN_TEST_MAIN(tcache)
