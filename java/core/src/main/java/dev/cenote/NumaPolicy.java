package dev.cenote;

/**
 * On which NUMA node a pool's memory lies. On a machine with one node, and on the {@link Backend#JAVA} backend, all
 * policies are the same.
 *
 * @param kind how
 * @param node which node, for {@link Kind#BIND} and {@link Kind#PREFERRED}; else 0
 */
public record NumaPolicy(Kind kind, int node) {

    /** How memory is placed. */
    public enum Kind {
        /** Each thread's blocks come from the node it runs on, while that has room. */
        LOCAL,
        /** Strictly on one node. When the node is full, the kernel kills the process: prefer {@link #PREFERRED}. */
        BIND,
        /** On one node while it has room, else elsewhere. */
        PREFERRED,
        /** Page by page over all nodes. */
        INTERLEAVE
    }

    /** Checks its arguments. */
    public NumaPolicy {
        if (node < 0) {
            throw new IllegalArgumentException("numaPolicy: node is " + node + "; it must be 0 or more");
        }
    }

    /** {@return each thread's own node} */
    public static NumaPolicy local() {
        return new NumaPolicy(Kind.LOCAL, 0);
    }

    /**
     * {@return strictly one node}
     *
     * @param node its number, from 0
     */
    public static NumaPolicy bind(int node) {
        return new NumaPolicy(Kind.BIND, node);
    }

    /**
     * {@return one node while it has room}
     *
     * @param node its number, from 0
     */
    public static NumaPolicy preferred(int node) {
        return new NumaPolicy(Kind.PREFERRED, node);
    }

    /** {@return all nodes in turn} */
    public static NumaPolicy interleave() {
        return new NumaPolicy(Kind.INTERLEAVE, 0);
    }
}
