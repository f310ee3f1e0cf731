/* Handles: numbers that name pools across the ABI, so that a stale one is an error and never a crash.
 *
 * A handle is a place in a table and the count of its uses: generation << 12 | place. */
#ifndef CN_HANDLE_H
#define CN_HANDLE_H

#include "pool/cn_block_pool.h"

#define CN_HANDLES_MAX 4096U

/* Takes a free place; returns its new handle (> 0), or CN_TOOMANY. Lock-free. */
int64_t cn_handle_claim(void);

/* Makes the pool known under its handle / frees the place of a handle whose pool could not be opened. */
void cn_handle_publish(int64_t handle, cn_block_pool_t *pool);
void cn_handle_abandon(int64_t handle);

/* The pool behind a handle, or NULL.  The caller holds a pin from before this call until it is done with the pool. */
cn_block_pool_t *cn_handle_find(int64_t handle);

/* Takes the pool out of the table; NULL when it is not (any more) there.  One caller gets it. */
cn_block_pool_t *cn_handle_remove(int64_t handle);

#endif
