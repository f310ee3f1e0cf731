/* The depot's two stacks of magazines. */
#include "depot/cn_depot.h"

#include "arena/cn_meta.h"
#include "base/cn_assert.h"
#include "base/cn_probe.h"
#include "depot/cn_schedule.h"

void cn_depot_init(cn_depot_t *depot, cn_count_t *count)
{
    depot->count = count;
    cn_store_relaxed(&depot->slabs, NULL);
    cn_store_relaxed(&depot->full.head, NULL);
    cn_store_relaxed(&depot->full.stamp, 0U);
    cn_store_relaxed(&depot->empty.head, NULL);
    cn_store_relaxed(&depot->empty.stamp, 0U);
    cn_store_relaxed(&depot->length, 0);
    cn_store_relaxed(&depot->length_min, 0);
}

void cn_depot_destroy(cn_depot_t *depot)
{
    cn_magazine_slab_t *slab = cn_load_acquire(&depot->slabs); /* pairs with cn_depot_slab */
    while (slab != NULL) {
        cn_magazine_slab_t *next = cn_load_relaxed(&slab->next);
        cn_meta_free(slab, sizeof *slab);
        slab = next;
    }
    cn_depot_init(depot, depot->count);
}

static void cn_depot_count_failures(cn_depot_t *depot, uint32_t failures)
{
    if (failures == 0) return;
    cn_count_add(depot->count, CN_COUNT_cas_failures, failures);
    CN_PROBE3(exchange_contended, depot->handle, depot->node, failures);
}

/* Takes the newest link of a stack, or NULL. */
static cn_magazine_t *cn_depot_top_pop(cn_depot_t *depot, cn_top_t *top)
{
    cn_pair_t seen = cn_top_load(top), want;
    uint32_t failures = 0;
    for (;;) {
        cn_magazine_t *magazine = seen.head;
        if (magazine == NULL) break;
        want.head = cn_load_relaxed(&magazine->next); /* ordered by the acquire of head; maybe stale, then the CAS fails */
        cn_schedule_point();
#ifdef CN_BUG_PLAIN_STACK /* seeded for tests/: no stamp, so the compare-and-swap cannot see ABA */
        want.stamp = seen.stamp;
#else
        want.stamp = seen.stamp + 1U;
#endif
        if (cn_cas16_acq_rel(top, &seen, want)) break; /* acquire: the entries; pairs with cn_depot_top_push */
        failures++;
    }
    cn_depot_count_failures(depot, failures);
    return seen.head;
}

/* Puts a private list on a stack; `first` ends on top. */
static void cn_depot_top_push(cn_depot_t *depot, cn_top_t *top, cn_magazine_t *first, cn_magazine_t *last)
{
    cn_pair_t seen = cn_top_load(top), want;
    uint32_t failures = 0;
    want.head = first;
    for (;;) {
        cn_store_relaxed(&last->next, (cn_magazine_t *)seen.head); /* ordered by the release of the CAS */
#ifdef CN_BUG_PLAIN_STACK
        want.stamp = seen.stamp;
#else
        want.stamp = seen.stamp + 1U;
#endif
        if (cn_cas16_acq_rel(top, &seen, want)) break; /* release: shows the entries to cn_depot_top_pop */
        failures++;
    }
    cn_depot_count_failures(depot, failures);
}

cn_magazine_t *cn_depot_pop(cn_depot_t *depot)
{
    cn_magazine_t *magazine = cn_depot_top_pop(depot, &depot->full);
    if (magazine != NULL) {
        const int64_t length = cn_sub_relaxed(&depot->length, 1) - 1; /* a statistic: no order needed */
        if (length < cn_load_relaxed(&depot->length_min)) cn_store_relaxed(&depot->length_min, length);
    } else if (cn_load_relaxed(&depot->length_min) > 0) {
        cn_store_relaxed(&depot->length_min, 0);
    }
    return magazine;
}

void cn_depot_push(cn_depot_t *depot, cn_magazine_t *magazine)
{
    CN_ASSERT(magazine->count != 0 && magazine->count <= CN_MAGAZINE_MAX);
    cn_depot_push_list(depot, magazine, magazine, 1);
}

void cn_depot_push_list(cn_depot_t *depot, cn_magazine_t *first, cn_magazine_t *last, int64_t count)
{
    cn_depot_top_push(depot, &depot->full, first, last);
#ifdef CN_BUG_WRITE_AFTER_PUSH /* seeded for tests/: the header is touched after it was given away */
    *(volatile uint32_t *)&first->block[0] = first->block[0];
#endif
    cn_add_relaxed(&depot->length, count);
}

/* Makes a slab of headers, keeps the first and shares the others. */
static cn_magazine_t *cn_depot_slab(cn_depot_t *depot)
{
    cn_magazine_slab_t *slab = cn_meta_allocate(sizeof *slab);
    if (slab == NULL) return NULL;
    cn_magazine_slab_t *seen = cn_load_relaxed(&depot->slabs);
    do {
        cn_store_relaxed(&slab->next, seen);
    } while (!cn_cas_acq_rel(&depot->slabs, &seen, slab)); /* shows the slab to cn_depot_destroy */
    for (uint32_t i = 1; i + 1U < CN_MAGAZINE_SLAB; i++) {
        cn_store_relaxed(&slab->magazine[i].next, &slab->magazine[i + 1U]);
    }
    cn_depot_top_push(depot, &depot->empty, &slab->magazine[1], &slab->magazine[CN_MAGAZINE_SLAB - 1U]);
    return &slab->magazine[0];
}

cn_magazine_t *cn_depot_pop_empty(cn_depot_t *depot)
{
    cn_magazine_t *magazine = cn_depot_top_pop(depot, &depot->empty);
    return magazine != NULL ? magazine : cn_depot_slab(depot);
}

void cn_depot_push_empty(cn_depot_t *depot, cn_magazine_t *magazine)
{
    magazine->count = 0;
    cn_depot_top_push(depot, &depot->empty, magazine, magazine);
}

cn_magazine_t *cn_depot_take_all(cn_depot_t *depot)
{
#ifdef CN_BUG_UNBOUNDED_TAKE /* seeded for tests/: takes one by one, as long as more come */
    cn_magazine_t *list = NULL, *last = NULL, *one;
    while ((one = cn_depot_pop(depot)) != NULL) {
        if (last != NULL) cn_store_relaxed(&last->next, one);
        else list = one;
        last = one;
    }
    if (last != NULL) cn_store_relaxed(&last->next, NULL);
    return list;
#endif
    cn_pair_t seen = cn_top_load(&depot->full), want = {.head = NULL};
    do {
        if (seen.head == NULL) return NULL;
        want.stamp = seen.stamp + 1U;
    } while (!cn_cas16_acq_rel(&depot->full, &seen, want)); /* acquire: the entries; pairs with cn_depot_top_push */
    int64_t taken = 0;
    for (cn_magazine_t *m = seen.head; m != NULL; m = cn_load_relaxed(&m->next)) taken++; /* private by now */
    cn_sub_relaxed(&depot->length, taken);
    return seen.head;
}

int64_t cn_depot_length(const cn_depot_t *depot)
{
    const int64_t length = cn_load_relaxed(&depot->length);
    return length > 0 ? length : 0;
}

int64_t cn_depot_surplus(cn_depot_t *depot)
{
    const int64_t length = cn_depot_length(depot);
    const int64_t least = cn_load_relaxed(&depot->length_min);
    cn_store_relaxed(&depot->length_min, length); /* races with a pop: a surplus too large by one magazine, harmless */
    return least < 0 ? 0 : least < length ? least : length;
}

static uint64_t cn_depot_walk(const cn_top_t *top, uint64_t limit, uint64_t *blocks)
{
    uint64_t links = 0;
    for (const cn_magazine_t *m = cn_load_acquire(&top->head); m != NULL; m = cn_load_relaxed(&m->next)) {
        *blocks += m->count;
        if (++links > limit) return UINT64_MAX; /* a cycle: some magazine is on the stack twice */
    }
    return links;
}

bool cn_depot_is_valid(const cn_depot_t *depot)
{
    uint64_t headers = 0, blocks = 0, blocks_in_empty = 0;
    for (const cn_magazine_slab_t *s = cn_load_acquire(&depot->slabs); s != NULL; s = cn_load_relaxed(&s->next)) {
        headers += CN_MAGAZINE_SLAB;
    }
    const uint64_t full = cn_depot_walk(&depot->full, headers, &blocks);
    const uint64_t empty = cn_depot_walk(&depot->empty, headers, &blocks_in_empty);
    return full != UINT64_MAX && empty != UINT64_MAX && full + empty <= headers && blocks_in_empty == 0
        && (int64_t)full == cn_load_relaxed(&depot->length);
}

uint64_t cn_depot_blocks(const cn_depot_t *depot)
{
    uint64_t blocks = 0;
    (void)cn_depot_walk(&depot->full, UINT64_MAX - 1U, &blocks);
    return blocks;
}
