/* Spare chunks: mapped, bound and touched ahead, so that growth on a caller's path is a publish.
 *
 * A background thread keeps `target` of them behind the low-water mark.  A growth that finds none maps a chunk
 * itself, untouched, and doubles the target; quiet time halves it again. */
#ifndef CN_SPARE_H
#define CN_SPARE_H

#include "arena/cn_node_arena.h"
#include "base/cn_count.h"
#include "growth/cn_chunk.h"

#define CN_SPARE_TARGET_MAX 16U

/* One per pool and node. */
typedef struct cn_spare {
    cn_chunk_table_t *table;
    cn_node_arena_t *arena;
    cn_count_t *count;
    uint32_t node;
    bool prefault;
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(uint32_t) target;
    CN_ATOMIC(uint64_t) growths; /* since the grower last looked */
} cn_spare_t;

void cn_spare_init(cn_spare_t *spare, cn_chunk_table_t *table, cn_node_arena_t *arena, cn_count_t *count,
                   uint32_t node, bool prefault);

/* Takes a spare chunk for carving; CN_CHUNK_INDEX_NONE when there is none. Lock-free. */
uint32_t cn_spare_take(cn_spare_t *spare);

/* Makes one more spare chunk: an idle one of this node, else a new one.  `touch`: populate it too.  May make system
 * calls.  CN_OK, CN_EXHAUSTED when the table is full, CN_ENOMEM, CN_BUDGET. */
int cn_spare_make(cn_spare_t *spare, bool touch);

/* Another thread is at it.  Asked by one whose own cn_spare_make was refused: the last place, or the last memory, may be
 * what that thread has in hand, and its chunk will be there soon. */
bool cn_spare_is_making(const cn_spare_t *spare);

/* Fills up to the target; for the background grower. */
void cn_spare_fill(cn_spare_t *spare);

/* A growth found no spare. */
void cn_spare_missed(cn_spare_t *spare);

/* Quiet time passed. */
void cn_spare_calm(cn_spare_t *spare);

#endif
