/* A cache of slabs whose owner is a live thread, and others who come in for what it does not use (java/core, SlabCache and
 * SlabCollector); the same shape as LocalBlockPool.takeUnused.
 *
 * The owner allocates, which works in its cache, and frees, which first reads whose the slab is, then whether it is its cache's user,
 * and works in it only if both say so.  It works without a lock while it is the user; else it waits for the lock and is that again.
 * Two collectors hold the lock, take that away, look whether the owner is inside, and if not hand its slab to themselves or give it
 * back to the pool, from where the owner may have it again.  When the owner has died, a sweeper takes the cache over.
 * The look is one step here: a handshake in the code, after which the owner's earlier stores are visible and its later loads fresh.
 *
 * Never: two at work in the cache, a block brought to the owner's cache whose slab is another's.
 * Has to fail: NO_LOOK, a collector does not look; STAYS_USER, it looks without taking anything away; HANDS_BACK, it makes the
 * owner its user again when it has done (which an owner between its two reads takes for the old state); SWEEP_FREELY, the sweeper
 * does without the lock. */
#ifndef ACTS
#define ACTS 4 /* of the owner, at most */
#endif
#ifndef VISITS
#define VISITS 2 /* of each collector */
#endif
#define POOL 0
#define OWNER 1 /* collectors are 2 and 3 */

bool locked = false;
bool user = true;     /* the owner is its cache's user */
bool inside = false;  /* the owner's stack shows a method of these classes */
bool dead = false;
byte slab = OWNER;    /* in whose cache it is */
byte worker = 0;      /* who changes the owner's cache */

inline begin_work(me) { atomic { assert(worker == 0); worker = me } }
inline end_work() { atomic { worker = 0 } }
inline lock() { atomic { !locked -> locked = true } }

inline regain()
{
    lock();
    user = true;
    locked = false
}

proctype owner()
{
    byte acts = 0, whose;
    do
    :: acts < ACTS ->
        acts++;
        inside = true;
        if
        :: true -> /* allocates */
            if
            :: user -> skip
            :: else -> regain()
            fi;
            begin_work(OWNER);
            if
            :: atomic { slab == POOL -> slab = OWNER } /* another slab */
            :: true -> skip
            fi;
            end_work()
        :: true -> /* frees a block of the slab */
            whose = slab;
            if
            :: whose == OWNER && user ->
                begin_work(OWNER);
                assert(slab == OWNER);
                end_work()
            :: whose == OWNER && !user -> regain() /* and gives back as others do: that is model slab */
            :: else -> skip
            fi
        fi;
        inside = false
    :: true -> break
    od;
    dead = true
}

proctype collector(byte me)
{
    byte visits = 0;
    do
    :: visits < VISITS ->
        visits++;
        if
        :: atomic { !locked -> locked = true } ->
#ifndef STAYS_USER
            user = false;
#endif
            if
#ifdef NO_LOOK
            :: true ->
#else
            :: !inside ->
#endif
                begin_work(me);
                if
                :: atomic { slab == OWNER -> slab = POOL }
                :: atomic { slab == OWNER -> slab = me }
                :: true -> skip
                fi;
                end_work();
#ifdef HANDS_BACK
                user = true
#endif
#ifndef NO_LOOK
            :: inside -> skip
#endif
            fi;
            locked = false
        :: locked -> skip
        fi;
        if
        :: atomic { slab == me -> slab = POOL } /* it has done with it */
        :: true -> skip
        fi
    :: else -> break
    od
}

proctype sweeper()
{
    dead;
#ifndef SWEEP_FREELY
    lock();
#endif
    begin_work(4);
    if
    :: atomic { slab == OWNER -> slab = POOL }
    :: slab != OWNER -> skip
    fi;
    end_work();
#ifndef SWEEP_FREELY
    locked = false
#endif
}

init {
    atomic { run owner(); run collector(2); run collector(3); run sweeper() }
}
