package dev.cenote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * From an address to its slab: a table by 64 KiB of address space, found mostly at the first look.
 * <p>A slab is registered before an address in it is given to anybody, so whoever holds an address finds it by plain loads.
 * Slabs are never taken out: a slab's piece of memory keeps its address, or its place is taken by what comes there.
 */
final class SlabDirectory {

    private static final int SLOTS_MIN = 64;
    private static final int SPARE_LOG = 2; /* at most a quarter of the places is taken */

    private static final VarHandle TABLE;

    static {
        try {
            TABLE = MethodHandles.lookup().findVarHandle(SlabDirectory.class, "table", Slab[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Length a power of two; every element set; replaced whole when it grows. */
    private volatile Slab[] table = filled(SLOTS_MIN);
    private int slabs;

    private static Slab[] filled(int length) {
        Slab[] filled = new Slab[length];
        java.util.Arrays.fill(filled, Slab.NONE);
        return filled;
    }

    /** {@return the slab that an address lies in, or {@link Slab#NONE}} */
    Slab at(long address) {
        Slab slab = first((Slab[]) TABLE.get(this), address); /* plain: whoever was given an address was given its slab */
        return slab.holds(address) ? slab : search(address);
    }

    /** What stands at an address's first place: its slab if that {@link Slab#holds} it. */
    static Slab first(Slab[] slots, long address) {
        return slots[(int) (address >>> Slab.BYTES_LOG) & (slots.length - 1)];
    }

    private Slab search(long address) {
        Slab[] slots = table;
        long granule = address >>> Slab.BYTES_LOG;
        Slab slab = find(slots, granule);
        if (slab == Slab.NONE || address < slab.base) {
            slab = find(slots, granule - 1); /* of a slab that begins inside of a granule, the end lies in the next one */
        }
        return slab.holds(address) ? slab : Slab.NONE;
    }

    private static Slab find(Slab[] slots, long granule) {
        int mask = slots.length - 1;
        for (int i = (int) granule & mask;; i = (i + 1) & mask) {
            if (slots[i] == Slab.NONE || slots[i].base >>> Slab.BYTES_LOG == granule) {
                return slots[i];
            }
        }
    }

    synchronized void add(Slab slab) {
        Slab[] slots = table;
        if (find(slots, slab.base >>> Slab.BYTES_LOG) == Slab.NONE && ++slabs << SPARE_LOG > slots.length) {
            Slab[] larger = filled(2 * slots.length);
            for (Slab each : slots) {
                if (each != Slab.NONE) {
                    put(larger, each);
                }
            }
            slots = larger;
        }
        put(slots, slab);
        table = slots; /* volatile: after what is in it */
    }

    /** {@return the table of now, for {@link #first}} */
    Slab[] table() {
        return table;
    }

    private static void put(Slab[] slots, Slab slab) {
        int mask = slots.length - 1;
        long granule = slab.base >>> Slab.BYTES_LOG;
        int i = (int) granule & mask;
        while (slots[i] != Slab.NONE && slots[i].base >>> Slab.BYTES_LOG != granule) {
            i = (i + 1) & mask;
        }
        slots[i] = slab;
    }

    /** {@return every slab that ever was} */
    List<Slab> all() {
        List<Slab> all = new ArrayList<>();
        for (Slab slab : table) {
            if (slab != Slab.NONE) {
                all.add(slab);
            }
        }
        return all;
    }
}
