/* Memory for the core's own bookkeeping. */
#ifndef CN_META_H
#define CN_META_H

#include <stddef.h>
#include <stdint.h>

/* Metadata of the core (pools, magazine headers, tables): zeroed, 128-byte aligned, from jemalloc's default
 * arena of the library; never in memory that is purged.  NULL when there is none. */
void *cn_meta_allocate(size_t bytes);
void cn_meta_free(void *memory, size_t bytes);
/* Bytes of metadata handed out and not yet back: 0 when nothing is leaked.  For tests. */
uint64_t cn_meta_bytes(void);

#endif
