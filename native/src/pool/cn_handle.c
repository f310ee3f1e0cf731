/* The table of open pools. */
#include "pool/cn_handle.h"

#include "base/cn_error.h"

#define CN_HANDLE_TAKEN ((uintptr_t)1) /* claimed, pool not there yet */

typedef struct cn_handle_place {
    CN_ATOMIC(uintptr_t) pool; /* 0: free; CN_HANDLE_TAKEN; else the pool */
    CN_ATOMIC(uint64_t) generation;
} cn_handle_place_t;

static cn_handle_place_t cn_handles[CN_HANDLES_MAX];

static cn_handle_place_t *cn_handle_place(int64_t handle)
{
    return &cn_handles[(uint64_t)handle % CN_HANDLES_MAX];
}

int64_t cn_handle_claim(void)
{
    for (uint32_t i = 0; i < CN_HANDLES_MAX; i++) {
        uintptr_t seen = 0;
        if (!cn_cas_acq_rel(&cn_handles[i].pool, &seen, CN_HANDLE_TAKEN)) continue;
        const uint64_t generation = cn_add_relaxed(&cn_handles[i].generation, 1U) + 1U; /* only the claimer's */
        return (int64_t)(generation * CN_HANDLES_MAX + i);
    }
    return CN_TOOMANY;
}

void cn_handle_publish(int64_t handle, cn_block_pool_t *pool)
{
    cn_store_release(&cn_handle_place(handle)->pool, (uintptr_t)pool); /* shows the pool; pairs with cn_handle_find */
}

void cn_handle_abandon(int64_t handle)
{
    cn_store_release(&cn_handle_place(handle)->pool, (uintptr_t)0);
}

cn_block_pool_t *cn_handle_find(int64_t handle)
{
    if (handle <= 0) return NULL;
    const uintptr_t seen = cn_load_acquire(&cn_handle_place(handle)->pool);
    if (seen == 0 || seen == CN_HANDLE_TAKEN) return NULL;
    cn_block_pool_t *pool = (cn_block_pool_t *)seen;
    return pool->handle == handle ? pool : NULL; /* an older handle of the same place */
}

cn_block_pool_t *cn_handle_remove(int64_t handle)
{
    cn_block_pool_t *pool = cn_handle_find(handle);
    if (pool == NULL) return NULL;
    uintptr_t seen = (uintptr_t)pool;
    return cn_cas_acq_rel(&cn_handle_place(handle)->pool, &seen, (uintptr_t)0) ? pool : NULL;
}
