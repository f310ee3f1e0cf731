package dev.cenote.flow;

/**
 * A caller's word for what an entry was used for: interned once per pool, compared by identity.
 * <p>A pool learns where entries of a tag live longest, and later puts with that tag go straight there.
 */
public final class Tag {

    private final String name;
    private final int index;
    /** Where a put with this tag goes. Written by the scheduler's thread, read plainly by every put: late is harmless. */
    private int route;

    Tag(String name, int index) {
        this.name = name;
        this.index = index;
    }

    /** {@return the word; of the tag that stands for all unknown ones, and for none, {@code "default"}} */
    public String name() {
        return name;
    }

    /** Its place in the pool's table; 0 is the default tag. */
    int index() {
        return index;
    }

    /** The generation that puts with this tag go to. */
    int route() {
        return route;
    }

    void setRoute(int generation) {
        route = generation;
    }

    @Override
    public String toString() {
        return name;
    }
}
