/* Reading and writing a flag in each memory order, one function each: for `ci/bench-native --flag` to disassemble. */
#include "base/cn_atomic.h"

typedef struct flag {
    CN_ATOMIC(bool) raised;
} flag_t;

bool flag_read_relaxed(const flag_t *flag);
bool flag_read_acquire(const flag_t *flag);
bool flag_read_seq_cst(const flag_t *flag);
void flag_write_relaxed(flag_t *flag, bool value);
void flag_write_seq_cst(flag_t *flag, bool value);

bool flag_read_relaxed(const flag_t *flag)
{
    return cn_load_relaxed(&flag->raised);
}

bool flag_read_acquire(const flag_t *flag)
{
    return cn_load_acquire(&flag->raised);
}

bool flag_read_seq_cst(const flag_t *flag)
{
    return cn_load_seq_cst(&flag->raised);
}

void flag_write_relaxed(flag_t *flag, bool value)
{
    cn_store_relaxed(&flag->raised, value);
}

void flag_write_seq_cst(flag_t *flag, bool value)
{
    cn_store_seq_cst(&flag->raised, value);
}
