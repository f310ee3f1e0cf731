/* Handles: numbers that name pools and regions across the ABI, so that a stale one is an error and never a crash.
 *
 * A handle is its table's kind, the count of its place's uses, and the place: kind | generation * places + place.  What has
 * a handle keeps it in its first member. */
#ifndef CN_HANDLE_H
#define CN_HANDLE_H

#include "pool/cn_block_pool.h"

#define CN_HANDLES_MAX 4096U          /* pools */
#define CN_REGION_HANDLES_MAX 65536U  /* regions */
#define CN_REGION_HANDLE_KIND ((int64_t)1 << 62) /* no pool's handle comes there */

typedef struct cn_handle_place {
    CN_ATOMIC(uintptr_t) object; /* 0: free; 1: claimed, object not there yet; else the object */
    CN_ATOMIC(uint64_t) generation;
} cn_handle_place_t;

typedef struct cn_handle_table {
    cn_handle_place_t *place;
    uint32_t places;
    int64_t kind;
    CN_ATOMIC(uint32_t) next; /* a hint where a free place is */
} cn_handle_table_t;

extern cn_handle_table_t cn_pool_handles, cn_region_handles;

/* Takes a free place; returns its new handle (> 0), or CN_TOOMANY.  Lock-free; O(1) unless places are scarce. */
int64_t cn_handles_claim(cn_handle_table_t *table);

/* Makes the object known under its handle / frees the place of a handle whose object could not be opened. */
void cn_handles_publish(cn_handle_table_t *table, int64_t handle, void *object);
void cn_handles_abandon(cn_handle_table_t *table, int64_t handle);

/* The object behind a handle, or NULL.  The caller holds a pin from before this call until it is done with it. */
void *cn_handles_find(const cn_handle_table_t *table, int64_t handle);

/* Takes the object out of the table; NULL when it is not (any more) there.  One caller gets it. */
void *cn_handles_remove(cn_handle_table_t *table, int64_t handle);

static inline int64_t cn_handle_claim(void)
{
    return cn_handles_claim(&cn_pool_handles);
}

static inline void cn_handle_publish(int64_t handle, cn_block_pool_t *pool)
{
    cn_handles_publish(&cn_pool_handles, handle, pool);
}

static inline void cn_handle_abandon(int64_t handle)
{
    cn_handles_abandon(&cn_pool_handles, handle);
}

static inline cn_block_pool_t *cn_handle_find(int64_t handle)
{
    return cn_handles_find(&cn_pool_handles, handle);
}

static inline cn_block_pool_t *cn_handle_remove(int64_t handle)
{
    return cn_handles_remove(&cn_pool_handles, handle);
}

struct cn_region;

static inline int64_t cn_region_handle_claim(void)
{
    return cn_handles_claim(&cn_region_handles);
}

static inline void cn_region_handle_publish(int64_t handle, struct cn_region *region)
{
    cn_handles_publish(&cn_region_handles, handle, region);
}

static inline void cn_region_handle_abandon(int64_t handle)
{
    cn_handles_abandon(&cn_region_handles, handle);
}

static inline struct cn_region *cn_region_handle_find(int64_t handle)
{
    return cn_handles_find(&cn_region_handles, handle);
}

static inline struct cn_region *cn_region_handle_remove(int64_t handle)
{
    return cn_handles_remove(&cn_region_handles, handle);
}

#endif
