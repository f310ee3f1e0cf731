/* The tables of what is open. */
#include "pool/cn_handle.h"

#include "base/cn_error.h"

#define CN_HANDLE_TAKEN ((uintptr_t)1)

_Static_assert((CN_HANDLES_MAX & (CN_HANDLES_MAX - 1U)) == 0 && (CN_REGION_HANDLES_MAX & (CN_REGION_HANDLES_MAX - 1U)) == 0,
               "places are powers of two: a handle is looked up in every call, a division would be most of that");
_Static_assert(offsetof(cn_block_pool_t, handle) == 0, "a handle is the first member");

static cn_handle_place_t cn_pool_places[CN_HANDLES_MAX];
static cn_handle_place_t cn_region_places[CN_REGION_HANDLES_MAX];

cn_handle_table_t cn_pool_handles = {.place = cn_pool_places, .places = CN_HANDLES_MAX};
cn_handle_table_t cn_region_handles = {
    .place = cn_region_places, .places = CN_REGION_HANDLES_MAX, .kind = CN_REGION_HANDLE_KIND};

/* The place that a handle names; NULL when it is of another kind. */
static inline cn_handle_place_t *cn_handles_place(const cn_handle_table_t *table, int64_t handle)
{
    if (handle <= 0) return NULL;
    const int64_t rest = handle - table->kind;
    if (rest < 0 || rest >= CN_REGION_HANDLE_KIND) return NULL;
    return &table->place[(uint64_t)rest & (table->places - 1U)];
}

/* Places tend to be used from the first on; a race over the hint costs a longer search. */
static void cn_handles_is_free(cn_handle_table_t *table, const cn_handle_place_t *place)
{
    const uint32_t index = (uint32_t)(place - table->place);
    if (index < cn_load_relaxed(&table->next)) cn_store_relaxed(&table->next, index);
}

int64_t cn_handles_claim(cn_handle_table_t *table)
{
    const uint32_t start = cn_load_relaxed(&table->next);
    for (uint32_t i = 0; i < table->places; i++) {
        const uint32_t index = (start + i) % table->places;
        cn_handle_place_t *place = &table->place[index];
        uintptr_t seen = 0;
        if (cn_load_relaxed(&place->object) != 0) continue;
        /* acquire: the generation; pairs with cn_handles_remove and cn_handles_abandon */
        if (!cn_cas_acq_rel(&place->object, &seen, CN_HANDLE_TAKEN)) continue;
        const uint64_t generation = cn_add_relaxed(&place->generation, 1U) + 1U; /* only the claimer's */
        cn_store_relaxed(&table->next, index + 1U);
        return table->kind + (int64_t)(generation * table->places + index);
    }
    return CN_TOOMANY;
}

void cn_handles_publish(cn_handle_table_t *table, int64_t handle, void *object)
{
    /* shows the object; pairs with cn_handles_find */
    cn_store_release(&cn_handles_place(table, handle)->object, (uintptr_t)object);
}

void cn_handles_abandon(cn_handle_table_t *table, int64_t handle)
{
    cn_handle_place_t *place = cn_handles_place(table, handle);
    cn_store_release(&place->object, (uintptr_t)0); /* pairs with cn_handles_claim */
    cn_handles_is_free(table, place);
}

void *cn_handles_find(const cn_handle_table_t *table, int64_t handle)
{
    const cn_handle_place_t *place = cn_handles_place(table, handle);
    const uintptr_t seen = place == NULL ? 0 : cn_load_acquire(&place->object); /* pairs with cn_handles_publish */
    if (seen == 0 || seen == CN_HANDLE_TAKEN) return NULL;
    return *(const int64_t *)seen == handle ? (void *)seen : NULL; /* else an older handle of the same place */
}

void *cn_handles_remove(cn_handle_table_t *table, int64_t handle)
{
    void *object = cn_handles_find(table, handle);
    if (object == NULL) return NULL;
    cn_handle_place_t *place = cn_handles_place(table, handle);
    uintptr_t seen = (uintptr_t)object;
    if (!cn_cas_acq_rel(&place->object, &seen, (uintptr_t)0)) return NULL;
    cn_handles_is_free(table, place);
    return object;
}
