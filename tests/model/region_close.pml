/* Resetting and closing a shared region (native/src/pool/cn_region.c) while two threads cut from one sub-region.
 *
 * A body is the memory between two resets; block b belongs to body owner[b], 0: the depot.  Adding a block is three steps:
 * out of the depot, into the body's chain, under the cursor.  The closer resets once and closes: it puts another body (or
 * none) in place of the first, and when every thread that was inside has left once, gives the chain back.
 * Never: a piece is cut from a block that is not the body's, or cut twice.  At the end every block is in the depot.
 * Canaries: IN_PLACE gives the chain back without waiting; ONE_BODY resets by emptying the body that is in use; PLAIN_CUT
 * moves the cursor by a load and a store. */
#define BLOCKS 3
#define BODIES 2   /* 1 and 2; 0: none */
#define SLOTS 2    /* pieces in a block */
#define CUTS 2     /* of each thread */

byte owner[BLOCKS];
bool chained[BLOCKS];        /* in its owner's chain */
bool given[BLOCKS * SLOTS];  /* since the block left the depot */
byte cursor[BODIES + 1];     /* 0: none; else 1 + block * (SLOTS + 1) + used */
byte body = 1;
bool inside[2];
byte finished = 0;

#define BLOCK_OF(c) (((c) - 1) / (SLOTS + 1))
#define USED_OF(c) (((c) - 1) % (SLOTS + 1))

inline piece(b, block, slot)
{
    assert(owner[block] == b);
    assert(!given[block * SLOTS + slot]);
    given[block * SLOTS + slot] = true
}

proctype cutter(byte me)
{
    byte cuts = 0, b, seen, block;
    do
    :: cuts == CUTS -> break
    :: else ->
        cuts++;
        inside[me] = true;         /* the pin, with its fence: models epoch.pml */
        b = body;
        if
        :: b == 0 -> skip          /* closed */
        :: else ->
            seen = cursor[b];
            do
            :: seen != 0 && USED_OF(seen) < SLOTS -> /* cut */
#ifdef PLAIN_CUT
                cursor[b] = seen + 1;
                d_step { piece(b, BLOCK_OF(seen), USED_OF(seen)) };
                break
#else
                if
                :: d_step { cursor[b] == seen -> cursor[b] = seen + 1; piece(b, BLOCK_OF(seen), USED_OF(seen)) }; break
                :: else -> seen = cursor[b]
                fi
#endif
            :: else -> /* another block */
                if
                :: d_step { owner[0] == 0 -> owner[0] = b; block = 0 }
                :: d_step { owner[1] == 0 && owner[0] != 0 -> owner[1] = b; block = 1 }
                :: d_step { owner[2] == 0 && owner[0] != 0 && owner[1] != 0 -> owner[2] = b; block = 2 }
                :: else -> break   /* exhausted */
                fi;
                chained[block] = true;
                d_step { piece(b, block, 0) };
                d_step {
                    if
                    :: cursor[b] == seen -> cursor[b] = 1 + block * (SLOTS + 1) + 1
                    :: else -> skip /* another thread brought one: the rest stays unused */
                    fi
                };
                break
            od
        fi;
        inside[me] = false;
        b = 0; seen = 0; block = 0
    od;
    finished++
}

/* Every thread that is inside now has left once. */
inline grace()
{
#ifdef IN_PLACE
    skip
#else
    !inside[0];
    !inside[1]
#endif
}

inline give_back(b)
{
    cursor[b] = 0;
    i = 0;
    do
    :: i < BLOCKS ->
        d_step {
            if
            :: owner[i] == b && chained[i] ->
                owner[i] = 0; chained[i] = false;
                given[i * SLOTS] = false; given[i * SLOTS + 1] = false
            :: else -> skip
            fi
        };
        i++
    :: else -> break
    od;
    i = 0
}

proctype closer()
{
    byte i = 0, last;
#ifdef ONE_BODY
    give_back(1);
#else
    body = 2;
    grace();
    give_back(1);
#endif
    d_step { last = body; body = 0 };
    grace();
    give_back(last);
    finished++
}

init {
    byte i = 0;
    atomic { run cutter(0); run cutter(1); run closer() }
    finished == 3;
    do
    :: i < BLOCKS -> assert(owner[i] == 0); i++
    :: else -> break
    od
}
