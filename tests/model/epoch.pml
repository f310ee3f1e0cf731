/* Epoch-based reclamation (native/src/reclaim/cn_epoch.c) with store buffers: spin itself is sequentially consistent.
 *
 * Two readers pin, read the shared pointer, look at the item twice and unpin.  A reclaimer puts the next item in place,
 * retires the old one, moves the epoch on and releases what is two epochs old.  The readers' stores to their slots, and
 * the reclaimer's to the pointer, go through a buffer that drains at any time; a fence waits until it is empty.
 * Never: a reader looks at a released item.
 * Canaries: NO_PIN_FENCE; NO_RETIRE_FENCE; TOO_SOON releases after one epoch. */
#define ITEMS 3
#define ROUNDS 2

byte now = 0;
byte slot[2];         /* 0: free; else epoch + 1 */
byte current = 0;     /* the shared pointer: an item */
bool released[ITEMS];
byte finished = 0;
chan pins0 = [2] of { byte };
chan pins1 = [2] of { byte };
chan links = [1] of { byte };

active proctype drain()
{
    end: do
    :: atomic { pins0 ? slot[0] }
    :: atomic { pins1 ? slot[1] }
    :: atomic { links ? current }
    od
}

proctype reader(byte me; chan pins)
{
    byte rounds = 0, mark, item;
    do
    :: rounds < ROUNDS ->
        rounds++;
        mark = now;
        pins ! mark + 1;
#ifndef NO_PIN_FENCE
        len(pins) == 0;
#endif
        item = current;
        assert(!released[item]);
        assert(!released[item]);
        pins ! 0;
        mark = 0; item = 0
    :: else -> break
    od;
    finished++
}

proctype reclaimer()
{
    byte round = 0, old, retired_in, tries, seen, i;
    bool held;
    do
    :: round < ITEMS - 1 ->
        old = round;
        round++;
        links ! round;
#ifndef NO_RETIRE_FENCE
        len(links) == 0;
#endif
        retired_in = now;
        tries = 0;
        do
#ifdef TOO_SOON
        :: now >= retired_in + 1 -> len(links) == 0; released[old] = true; break
#else
        :: now >= retired_in + 2 -> released[old] = true; break
#endif
        :: else -> /* advance: scan, then move on */
            seen = now;
            held = false;
            i = 0;
            do
            :: i < 2 -> held = held || (slot[i] != 0 && slot[i] - 1 != seen); i++
            :: else -> break
            od;
            if
            :: !held -> now = seen + 1
            :: else -> tries++; if :: tries > 3 -> break :: else -> skip fi /* gives up: the item is never released */
            fi;
            held = false; i = 0; seen = 0
        od
    :: else -> break
    od;
    finished++
}

init {
    atomic { run reader(0, pins0); run reader(1, pins1); run reclaimer() }
    finished == 3
}
