/* Carving and the trimmer's detach (native/src/growth/cn_carve.h, native/src/pool/cn_trim.c), for one chunk.
 *
 * Two users take blocks from the depot or from under the cursor, and give them back; when there is nothing and the chunk
 * is idle they publish it again.  The trimmer takes all the depot holds; when that is all the chunk ever gave it ends
 * carving, and the chunk goes idle.  Never: a block given twice, or a chunk retired while a block of it is held.
 * Canaries: PLAIN_DETACH ends carving by a store; NO_DETACH retires without ending it. */
#define SLOTS 2
#define NONE 9
#define IDLE 0
#define ACTIVE 1

byte cursor = 0;
byte chunk = ACTIVE;
bool held[SLOTS], in_depot[SLOTS];
byte done = 0;

proctype user()
{
    byte rounds = 0, seen, mine;
    do
    :: rounds < 3 ->
        rounds++;
        mine = NONE;
        atomic { /* one pop of the depot */
            if
            :: in_depot[0] -> in_depot[0] = false; mine = 0
            :: in_depot[1] -> in_depot[1] = false; mine = 1
            :: else -> skip
            fi;
            if
            :: mine != NONE -> assert(!held[mine]); held[mine] = true
            :: else -> skip
            fi
        }
        if
        :: mine == NONE ->
            seen = cursor;
            if
            :: seen != NONE && seen < SLOTS ->
                atomic {
                    if
                    :: cursor == seen ->
                        cursor = seen + 1;
                        assert(chunk == ACTIVE && !held[seen] && !in_depot[seen]);
                        held[seen] = true;
                        mine = seen
                    :: else -> skip
                    fi
                }
            :: seen == NONE ->
                atomic { /* the admitted grower takes an idle chunk and publishes it */
                    if
                    :: chunk == IDLE && cursor == NONE -> chunk = ACTIVE; cursor = 0
                    :: else -> skip
                    fi
                }
            :: else -> skip
            fi
        :: else -> skip
        fi;
        if
        :: mine != NONE -> atomic { held[mine] = false; in_depot[mine] = true }
        :: else -> skip
        fi;
        seen = 0
    :: else -> break
    od;
    done++
}

proctype trimmer()
{
    byte rounds = 0, seen, returned;
    bool mine[SLOTS], owns;
    do
    :: rounds < 2 ->
        rounds++;
        atomic { /* one compare-and-swap takes the stack */
            mine[0] = in_depot[0]; mine[1] = in_depot[1];
            in_depot[0] = false; in_depot[1] = false;
            returned = mine[0] + mine[1]
        }
        owns = false;
        seen = cursor;
        if
        :: returned != 0 && seen == NONE -> owns = (returned == SLOTS)
        :: returned != 0 && seen != NONE && returned == seen ->
#ifdef NO_DETACH
            owns = true
#else
#ifdef PLAIN_DETACH
            cursor = NONE; owns = true
#else
            atomic {
                if
                :: cursor == seen -> cursor = NONE; owns = true
                :: else -> skip
                fi
            }
#endif
#endif
        :: else -> skip
        fi;
        if
        :: owns ->
            assert(chunk == ACTIVE);
            assert(!held[0] && !held[1]);
            mine[0] = false; mine[1] = false;
            chunk = IDLE
        :: else ->
            atomic {
                in_depot[0] = in_depot[0] || mine[0];
                in_depot[1] = in_depot[1] || mine[1];
                mine[0] = false; mine[1] = false
            }
        fi;
        seen = 0; returned = 0
    :: else -> break
    od;
    done++
}

init {
    atomic { run user(); run user(); run trimmer() }
    done == 3;
    assert(!held[0] && !held[1])
}
