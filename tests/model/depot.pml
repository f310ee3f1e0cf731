/* The depot's stack (native/src/depot/cn_depot.c): pop, push and the stamp that sees ABA.
 *
 * Two threads, three magazines.  A thread does OPS operations of its choice: it pops, or pushes any magazine it holds,
 * so magazines come back out of order (a model that returns the last one first finds nothing).  The top is read in two
 * steps, stamp first.  MOD is how many values the stamp has: 1 is no stamp; 1, 2 and 4 have to fail, 255 to hold.
 * Never: a magazine popped that somebody holds.  At the end: each is on the stack once, or held. */
#ifndef MOD
#define MOD 255
#endif
#ifndef OPS
#define OPS 5
#endif
#define NONE 0

byte head = 1, stamp = 0;
byte next[4];
byte holder[4];
byte done = 0;

proctype user(byte me)
{
    byte ops = 0, seen_head, seen_stamp, want_head, mine;
    bool won;
    do
    :: ops < OPS ->
        ops++;
        if
        :: /* pop */
            seen_stamp = stamp;
            seen_head = head;
            do
            :: seen_head == NONE -> break
            :: else ->
                want_head = next[seen_head];
                atomic {
                    if
                    :: head == seen_head && stamp == seen_stamp ->
                        head = want_head;
                        stamp = (stamp + 1) % MOD;
                        assert(holder[seen_head] == 0);
                        holder[seen_head] = me;
                        won = true
                    :: else -> seen_head = head; seen_stamp = stamp; won = false
                    fi
                }
                if
                :: won -> break
                :: else -> skip
                fi
            od
        :: /* push one that is held, whichever */
            if
            :: holder[1] == me -> mine = 1
            :: holder[2] == me -> mine = 2
            :: holder[3] == me -> mine = 3
            :: else -> mine = NONE
            fi;
            if
            :: mine == NONE -> skip
            :: else ->
                seen_stamp = stamp;
                seen_head = head;
                do
                :: true ->
                    next[mine] = seen_head;
                    atomic {
                        if
                        :: head == seen_head && stamp == seen_stamp ->
                            holder[mine] = 0;
                            head = mine;
                            stamp = (stamp + 1) % MOD;
                            won = true
                        :: else -> seen_head = head; seen_stamp = stamp; won = false
                        fi
                    }
                    if
                    :: won -> break
                    :: else -> skip
                    fi
                od
            fi
        fi;
        seen_head = 0; seen_stamp = 0; want_head = 0; mine = 0; won = false /* fewer states */
    :: else -> break
    od;
    done++
}

init {
    byte at, links = 0, held = 0;
    atomic {
        next[1] = 2; next[2] = 3; next[3] = NONE;
        run user(1); run user(2)
    }
    done == 2;
    d_step {
        at = head;
        do
        :: at != NONE && links < 4 -> assert(holder[at] == 0); links++; at = next[at]
        :: else -> break
        od;
        held = (holder[1] != 0) + (holder[2] != 0) + (holder[3] != 0);
        assert(links + held == 3)
    }
}
