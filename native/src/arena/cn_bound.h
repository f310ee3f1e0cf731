/* The arena that a thread is bound to: jemalloc's automatic thread cache serves that one and no other.
 *
 * It is the fastest way into jemalloc, half the instructions of an explicit cache.  A thread looks which node it is on at
 * every CN_BOUND_LOOK-th allocation: to ask costs about as much as to allocate.  So a thread that has moved takes at most so
 * many pieces more from its former node; then it is bound anew, and its cache goes back to the node it is of. */
#ifndef CN_BOUND_H
#define CN_BOUND_H

#include "arena/cn_node_arena.h"

#define CN_BOUND_LOOK 64U
#define CN_BOUND_HERE (-1) /* the node that the thread runs on */

/* Binds the calling thread to the arena of `node`, which has to stay open as long as the thread lives, for so many
 * allocations.  CN_ENOMEM: it is bound to none.  Takes a mutex when it is new. */
int cn_bound_to(cn_node_arena_t *arena, uint32_t node, uint32_t allocations);

/* Allocates on a node, of a request that makes sense (see cn_node_arena_allocate).  The address, CN_ENOMEM, CN_BUDGET; 0: the
 * thread is not bound to that node, or has to look where it is. */
int64_t cn_bound_allocate(int32_t node, size_t bytes, size_t align, uint32_t flags);

/* Frees it.  False: it is not memory of the arena that this thread is bound to, and nothing was done. */
bool cn_bound_free(int32_t node, void *base, size_t bytes, size_t align);

#endif
