/* Magazines through a depot (native/src/pool/cn_exchange.c): whole ones, parts of one, and packing by the trimmer.
 *
 * Pops and pushes of the two stacks are single steps here (depot.pml looks inside them).  What is not is what a holder
 * does to a header's entries between them.  Two users get up to two of three blocks and put them back; a trimmer takes
 * the whole stack and packs it.  Never: a block in two places.  At the end: none is lost.
 * Canaries: GIVE_FIRST returns the header before its entries are copied; LOSE_REST forgets what a part left. */
#define HEADERS 4
#define BLOCKS 3
#define NONE 9

/* of each header: its entries as bits, and where it is */
#define PRIVATE 0
#define FULL 1
#define EMPTY 2
byte entries[HEADERS];
byte where[HEADERS];
byte holder[BLOCKS]; /* 0: in the depot; else who has it */
byte done = 0;

inline pop(which, stack)
{
    atomic {
        if
        :: where[0] == stack -> which = 0
        :: where[1] == stack -> which = 1
        :: where[2] == stack -> which = 2
        :: where[3] == stack -> which = 3
        :: else -> which = NONE
        fi;
        if
        :: which != NONE -> where[which] = PRIVATE
        :: else -> skip
        fi
    }
}

inline own(bits, me)
{
    d_step {
        b = 0;
        do
        :: b < BLOCKS ->
            if
            :: bits & (1 << b) -> assert(holder[b] == 0); holder[b] = me
            :: else -> skip
            fi;
            b++
        :: else -> break
        od;
        b = 0
    }
}

inline disown(bits, me)
{
    d_step {
        b = 0;
        do
        :: b < BLOCKS ->
            if
            :: bits & (1 << b) -> assert(holder[b] == me); holder[b] = 0
            :: else -> skip
            fi;
            b++
        :: else -> break
        od;
        b = 0
    }
}

proctype user(byte me)
{
    byte rounds = 0, header, mine = 0, rest, b = 0;
    do
    :: rounds < 2 ->
        rounds++;
        pop(header, FULL);
        if
        :: header == NONE -> skip
        :: else ->
#ifdef GIVE_FIRST
            where[header] = EMPTY;
#endif
            if /* the whole, or the lowest block of it */
            :: mine = entries[header]
            :: mine = entries[header] & 1
            :: mine = entries[header] & 2
            fi;
            rest = entries[header] & (7 - mine);
            own(mine, me);
            entries[header] = rest;
#ifndef GIVE_FIRST
            if
#ifdef LOSE_REST
            :: rest != 0 -> entries[header] = 0; where[header] = EMPTY
#else
            :: rest != 0 -> where[header] = FULL
#endif
            :: else -> where[header] = EMPTY
            fi;
#endif
            rest = 0;
            if /* put them back through another header */
            :: mine != 0 ->
                do
                :: pop(header, EMPTY);
                    if
                    :: header != NONE -> break
                    :: else -> skip
                    fi
                od;
                disown(mine, me);
                entries[header] = mine;
                mine = 0;
                where[header] = FULL
            :: else -> skip
            fi
        fi;
        header = 0
    :: else -> break
    od;
    done++
}

proctype trimmer()
{
    byte taken[HEADERS], i = 0, into = NONE;
    atomic { /* one compare-and-swap */
        do
        :: i < HEADERS -> taken[i] = (where[i] == FULL); if :: taken[i] -> where[i] = PRIVATE :: else -> skip fi; i++
        :: else -> break
        od
    }
    i = 0;
    do
    :: i < HEADERS ->
        if
        :: taken[i] && into == NONE -> into = i
        :: taken[i] && into != NONE -> entries[into] = entries[into] | entries[i]; entries[i] = 0; where[i] = EMPTY
        :: else -> skip
        fi;
        i++
    :: else -> break
    od;
    if
    :: into != NONE -> where[into] = FULL
    :: else -> skip
    fi;
    done++
}

init {
    byte i = 0, all = 0;
    atomic {
        entries[0] = 3; where[0] = FULL;
        entries[1] = 4; where[1] = FULL;
        where[2] = EMPTY; where[3] = EMPTY;
        run user(1); run user(2); run trimmer()
    }
    done == 3;
    d_step {
        do
        :: i < HEADERS ->
            assert((all & entries[i]) == 0); /* in one header only */
            assert(where[i] != PRIVATE && (where[i] == FULL) == (entries[i] != 0));
            all = all | entries[i];
            i++
        :: else -> break
        od;
        assert(all == 7)
    }
}
