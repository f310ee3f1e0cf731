package dev.cenote.gateway.pool;

import java.util.List;
import java.util.function.Supplier;

/** The kinds of pools that the experiment compares, in the order of its tables. */
public enum ContextPools {
    NONE("none", "#8a94a3", "no pool: a new context for every request", NoPool::new),
    EMPTIED("emptied-at-gc", "#d9822b",
        "a pool per thread that each collection empties, with a victim cache of one cycle: the behaviour of Go's sync.Pool", EmptiedPool::new),
    RECYCLER("netty-recycler", "#b5447a", "Netty's Recycler, which keeps every context; by default it would keep one new one in eight", RecyclerPool::new),
    STORMPOT("stormpot", "#8c6bb1", "Stormpot 3.2 of the size of the largest demand, never expiring", StormpotContexts::new),
    QUEUE("queue", "#4477aa", "an unbounded ConcurrentLinkedDeque as a pool", QueuePool::new),
    GENERATIONAL("generational", "#0c7f86", "Cenote's GenerationalPool, T0 1024 / 10 ms, T1 512 / 3 s (longer than the period of the bursts), T2 64, and FlowScheduler.adaptive()",
        GenerationalContexts::new);

    private final String id;
    private final String colour;
    private final String about;
    private final Supplier<ContextPool> opener;

    ContextPools(String id, String colour, String about, Supplier<ContextPool> opener) {
        this.id = id;
        this.colour = colour;
        this.about = about;
        this.opener = opener;
    }

    public String id() {
        return id;
    }

    public String colour() {
        return colour;
    }

    public String about() {
        return about;
    }

    public ContextPool open() {
        return opener.get();
    }

    /** @throws IllegalArgumentException for an unknown id; the message names all */
    public static ContextPools of(String id) {
        for (ContextPools kind : values()) {
            if (kind.id.equals(id)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("unknown pool '" + id + "'; there are " + List.of(values()).stream().map(ContextPools::id).toList());
    }
}
