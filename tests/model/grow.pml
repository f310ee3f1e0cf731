/* The growth state machine (native/src/growth/cn_grow.c): two growers, freeze and thaw, close.
 *
 * Never: two threads inside.  At the end: a close that was delivered has taken effect, else the last freeze or thaw has.
 * Canaries: NO_OWNER admits by a test and a store instead of a compare-and-swap; FORGOTTEN leaves by storing READY. */
#define READY 1
#define GROWING 2
#define G_FREEZING 3
#define G_CLOSING 4
#define FROZEN 5
#define CLOSING 6

byte state = READY;
byte inside = 0, done = 0;
bool frozen_wish = false, closed_wish = false;

proctype grower()
{
    byte rounds = 0, seen, to;
    bool admitted;
    do
    :: rounds < 3 ->
        rounds++;
        seen = state;
        admitted = false;
        if
        :: seen == READY ->
#ifdef NO_OWNER
            state = GROWING; admitted = true
#else
            atomic {
                if
                :: state == READY -> state = GROWING; admitted = true
                :: else -> skip
                fi
            }
#endif
        :: else -> skip
        fi;
        if
        :: admitted ->
            inside++;
            assert(inside == 1);
            inside--;
#ifdef FORGOTTEN
            state = READY
#else
            do
            :: true ->
                seen = state;
                if
                :: seen == GROWING -> to = READY
                :: seen == G_FREEZING -> to = FROZEN
                :: seen == G_CLOSING -> to = CLOSING
                :: else -> assert(false)
                fi;
                admitted = true;
                atomic {
                    if
                    :: state == seen -> state = to; admitted = false
                    :: else -> skip
                    fi
                }
                if
                :: !admitted -> break
                :: else -> skip
                fi
            od
#endif
        :: else -> skip
        fi
    :: else -> break
    od;
    done++
}

/* One compare-and-swap of a request; `wish` notes what was delivered. */
inline try(from, to, wish_frozen, wish_closed)
{
    atomic {
        if
        :: state == from -> state = to; frozen_wish = wish_frozen; closed_wish = wish_closed; over = true
        :: else -> skip
        fi
    }
}

proctype freezer()
{
    byte rounds = 0, seen;
    bool over;
    do
    :: rounds < 4 ->
        over = false;
        do
        :: over -> break
        :: else ->
            seen = state;
            if
            :: rounds % 2 == 0 && seen == READY -> try(READY, FROZEN, true, closed_wish)
            :: rounds % 2 == 0 && seen == GROWING -> try(GROWING, G_FREEZING, true, closed_wish)
            :: rounds % 2 == 1 && seen == FROZEN -> try(FROZEN, READY, false, closed_wish)
            :: rounds % 2 == 1 && seen == G_FREEZING -> try(G_FREEZING, GROWING, false, closed_wish)
            :: else -> over = true /* no such move: closing, or so already */
            fi
        od;
        rounds++
    :: rounds < 4 -> break /* may stop anywhere: the last one then was a freeze or a thaw */
    :: rounds == 4 -> break
    od;
    done++
}

proctype closer()
{
    byte seen;
    bool over = false;
    do
    :: over -> break
    :: else ->
        seen = state;
        if
        :: seen == READY -> try(READY, CLOSING, frozen_wish, true)
        :: seen == GROWING -> try(GROWING, G_CLOSING, frozen_wish, true)
        :: seen == G_FREEZING -> try(G_FREEZING, G_CLOSING, frozen_wish, true)
        :: seen == FROZEN -> try(FROZEN, CLOSING, frozen_wish, true)
        :: else -> over = true
        fi
    :: break /* or never closes */
    od;
    done++
}

init {
    atomic { run grower(); run grower(); run freezer(); run closer() }
    done == 4;
    assert(inside == 0);
    assert(!closed_wish || state == CLOSING);
    assert(closed_wish || !frozen_wish || state == FROZEN);
    assert(closed_wish || frozen_wish || state == READY)
}
