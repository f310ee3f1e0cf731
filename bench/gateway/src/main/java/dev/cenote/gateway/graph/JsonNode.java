package dev.cenote.gateway.graph;

import org.jspecify.annotations.Nullable;

/** One value of a parsed document: where its text lies in the body, and its place in the tree. */
final class JsonNode {
    static final byte OBJECT = '{';
    static final byte ARRAY = '[';
    static final byte STRING = '"';
    /** A number or a literal. */
    static final byte PLAIN = '0';

    byte type;
    int keyFrom;
    int keyTo;
    int from;
    int to;
    @Nullable JsonNode child;
    @Nullable JsonNode sibling;

    void clear() {
        type = 0;
        keyFrom = keyTo = from = to = 0;
        child = null;
        sibling = null;
    }
}
