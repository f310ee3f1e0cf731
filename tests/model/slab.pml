/* A slab whose blocks come back from other threads (java/core, Slab and SlabCache), while it is emptied, let go and cut anew.
 *
 * Two threads own it in turn: each takes blocks and hands them to others, collects, lets an empty slab go, and cuts one from
 * the pool for either class: four blocks in two groups, or two blocks in one.  Two other threads give blocks back: the state,
 * the mark of the block's group, then a notice to the owner, unless one is under way.  So a mark, and a notice, may come after
 * the slab was emptied and cut anew, when the block was found by way of its neighbour's mark.
 *
 * Never: a block at home or taken that somebody has, a group looked at that the slab does not have, a slab in two stacks.  At the
 * end, when the caches have drained and the owner has looked: all blocks are at home.
 * Has to fail: LATE_MARK, a mark is taken for a group's though the slab has none there now; TRUST_MARK, a marked group's blocks come
 * home without a look at their states; CLEAR_LATE, marks are cleared after the look (which is also what a processor makes of
 * a clear without the fence behind it); MARK_FIRST, the mark is set before the state. */
#ifndef ACTS_1
#define ACTS_1 5 /* of the first owner, at most */
#endif
#ifndef ACTS_2
#define ACTS_2 2 /* of the second */
#endif
#ifndef FREES
#define FREES 2 /* of each other thread */
#endif
#define BLOCKS 4
#define GROUPS 2
#define NOBODY 0
#define IN 0
#define OUT 1
#define RETURNED 2

byte owner = NOBODY;      /* 1 or 2 */
bool pooled = true;       /* it is with the pool of slabs */
bool notified = false;
bool stacked[3];          /* by cache: the slab stands in its stack */
byte state[BLOCKS];
bool mark[GROUPS];
bool atHome[BLOCKS];      /* the owner's from here on */
byte home, capacity, groups;
byte holder[BLOCKS];      /* who has it; not in the code */
byte done = 0;

/* Puts it on its owner's stack. */
inline announce()
{
    if
    :: atomic { !notified -> notified = true }; /* the compare-and-set; the read before it changes nothing */
        to = owner;
        if
        :: to == NOBODY -> notified = false
        :: else -> atomic { assert(!stacked[1] && !stacked[2]); stacked[to] = true; to = NOBODY }
        fi
    :: notified -> skip
    fi
}

inline come_home()
{
    assert(holder[b] == NOBODY);
    state[b] = IN;
    home = home + !atHome[b];
    atHome[b] = true
}

/* The states of a group, one after the other. */
inline look(g)
{
    b = 2 * g;
    do
    :: b < 2 * g + 2 ->
        atomic {
            if
#ifdef TRUST_MARK
            :: !atHome[b] -> come_home()
#else
            :: state[b] == RETURNED -> come_home()
#endif
            :: else -> skip
            fi;
            b++
        }
    :: else -> b = 0; break
    od
}

/* All marks that lie together in a word are looked at, also those of no group.  One that is set again between its read and its
 * clear says nothing new: the state was set before, and is looked at later. */
inline collect()
{
    do
    :: i < GROUPS ->
        atomic {
#ifdef LATE_MARK
            marked[i] = mark[i];
#else
            marked[i] = mark[i] && i < groups;
#endif
#ifndef CLEAR_LATE
            mark[i] = false;
#endif
            i++
        }
    :: else -> i = 0; break
    od;
    do
    :: i < GROUPS && marked[i] ->
        assert(i < groups);
        look(i);
#ifdef CLEAR_LATE
        mark[i] = false;
#endif
        marked[i] = false
    :: i < GROUPS && !marked[i] -> i++
    :: else -> i = 0; break
    od
}

inline drain()
{
    if
    :: stacked[me] ->
        stacked[me] = false;
        notified = false;
        if
        :: owner == me -> collect()
        :: else -> announce()
        fi
    :: else -> skip
    fi
}

proctype cache(byte me, most)
{
    byte acts = 0, i = 0, b = 0, to = 0;
    bool marked[GROUPS];
    do
    :: acts < most ->
        acts++;
        if
        :: atomic { pooled -> /* takes and cuts it; nobody else is at it but those whose blocks were seen */
                pooled = false;
                assert(owner == NOBODY);
                if
                :: capacity = 4
                :: capacity = 2
                fi;
                groups = capacity / 2;
                home = capacity;
                do
                :: b < BLOCKS ->
                    assert(holder[b] == NOBODY && state[b] == IN);
                    atHome[b] = b < capacity;
                    b++
                :: else -> b = 0; break
                od;
                owner = me
            }
        :: atomic { owner == me && home > 0 -> /* takes a block and hands it on: nobody else looks at it before */
                if
                :: atHome[0] -> b = 0
                :: atHome[1] -> b = 1
                :: atHome[2] -> b = 2
                :: atHome[3] -> b = 3
                fi;
                assert(state[b] == IN && holder[b] == NOBODY);
                atHome[b] = false;
                home--;
                state[b] = OUT;
                if
                :: holder[b] = 3
                :: holder[b] = 4
                fi;
                b = 0
            }
        :: owner == me -> collect()
        :: atomic { owner == me && home == capacity -> owner = NOBODY; pooled = true } /* lets it go */
        :: stacked[me] -> drain()
        :: true -> break
        fi
    :: else -> break
    od;
    done++;
    done >= 4;
    /* at the end: what stands in its stack finds its way, and the owner looks as search and trim do */
    drain();
    if
    :: owner == me -> collect()
    :: else -> skip
    fi;
    done++
}

proctype other(byte me)
{
    byte frees = 0, b = 0, to = 0;
    do
    :: frees < FREES ->
        if
        :: holder[0] == me -> b = 0
        :: holder[1] == me -> b = 1
        :: holder[2] == me -> b = 2
        :: holder[3] == me -> b = 3
        :: done >= 2 -> break
        fi;
        frees++;
        assert(state[b] == OUT);
#ifdef MARK_FIRST
        mark[b / 2] = true;
        atomic { holder[b] = NOBODY; state[b] = RETURNED };
#else
        atomic { holder[b] = NOBODY; state[b] = RETURNED };
        mark[b / 2] = true;
#endif
        announce();
        b = 0
    :: else -> break
    od;
    done++
}

init {
    byte b = 0, held = 0;
    atomic { run cache(1, ACTS_1); run cache(2, ACTS_2); run other(3); run other(4) }
    done == 6;
    if
    :: pooled -> skip
    :: else ->
        d_step {
            b = 0;
            do
            :: b < BLOCKS ->
                held = held + (holder[b] != NOBODY);
                assert(holder[b] == NOBODY || !atHome[b]);
                b++
            :: else -> break
            od;
            assert(home + held == capacity)
        }
    fi
}
