package dev.cenote.gateway.graph;

/**
 * One value of a parsed document: where its text lies in the body, and its place in the tree. Nodes know each other by index: a node that
 * is used again stands in the old generation, where each reference that is stored makes the next young collection look at its card.
 */
final class JsonNode {
    static final byte OBJECT = '{';
    static final byte ARRAY = '[';
    static final byte STRING = '"';
    /** A number or a literal. */
    static final byte PLAIN = '0';
    static final int NONE = -1;

    byte type;
    int keyFrom;
    int keyTo;
    int from;
    int to;
    /** Index of the first child, and of the next of the same parent. */
    int child;
    int sibling;

    void clear() {
        type = 0;
        keyFrom = keyTo = from = to = 0;
        child = NONE;
        sibling = NONE;
    }
}
