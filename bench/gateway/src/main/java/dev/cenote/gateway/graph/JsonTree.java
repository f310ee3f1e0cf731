package dev.cenote.gateway.graph;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JSON document as a tree of nodes that are made once and used again. Strings keep their escapes; the text stays in the body.
 * One thread.
 */
public final class JsonTree {
    private static final int DEPTH_MAX = 32;
    private static final byte[] EMPTY = {};

    private final List<JsonNode> nodes = new ArrayList<>(32);
    private int used;
    private byte[] text = EMPTY;
    private int at;
    private int end;

    /**
     * Parses a document; nodes of the one before are used again.
     *
     * @throws IllegalArgumentException if it is no JSON, or deeper than 32
     */
    JsonNode parse(byte[] body, int length) {
        if (text != body) {
            text = body; /* a store to an old object costs the next young collection, see JsonNode */
        }
        at = 0;
        end = length;
        used = 0;
        int root = value(0);
        skipSpace();
        if (at != end) {
            throw bad("the end");
        }
        return nodes.get(root);
    }

    /** Parses a value; gives its node's index. */
    private int value(int depth) {
        if (depth > DEPTH_MAX) {
            throw new IllegalArgumentException("JSON deeper than " + DEPTH_MAX);
        }
        skipSpace();
        int index = used;
        JsonNode node = next();
        byte first = peek();
        node.from = at;
        if (first == '{' || first == '[') {
            node.type = first;
            children(node, first == '{', depth);
        } else if (first == '"') {
            node.type = JsonNode.STRING;
            string();
        } else {
            node.type = JsonNode.PLAIN;
            while (at < end && isPlain(text[at])) {
                at++;
            }
            if (at == node.from) {
                throw bad("a value");
            }
        }
        node.to = at;
        return index;
    }

    private void children(JsonNode parent, boolean named, int depth) {
        byte close = (byte) (named ? '}' : ']');
        at++;
        skipSpace();
        if (peek() == close) {
            at++;
            return;
        }
        JsonNode last = null;
        while (true) {
            skipSpace();
            int keyFrom = at;
            int keyTo = at;
            if (named) {
                string();
                keyTo = at;
                skipSpace();
                expect((byte) ':');
            }
            int index = value(depth + 1);
            JsonNode child = nodes.get(index);
            child.keyFrom = keyFrom;
            child.keyTo = keyTo;
            if (last == null) {
                parent.child = index;
            } else {
                last.sibling = index;
            }
            last = child;
            skipSpace();
            if (peek() == close) {
                at++;
                return;
            }
            expect((byte) ',');
        }
    }

    private void string() {
        expect((byte) '"');
        while (peek() != '"') {
            at += text[at] == '\\' ? 2 : 1;
        }
        at++;
    }

    private static boolean isPlain(byte b) {
        return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b == '-' || b == '+' || b == '.' || b == 'E';
    }

    private void skipSpace() {
        while (at < end && text[at] <= ' ') {
            at++;
        }
    }

    private byte peek() {
        if (at >= end) {
            throw bad("more");
        }
        return text[at];
    }

    private void expect(byte want) {
        if (peek() != want) {
            throw bad("'" + (char) want + "'");
        }
        at++;
    }

    private IllegalArgumentException bad(String want) {
        return new IllegalArgumentException("no JSON: " + want + " expected at byte " + at);
    }

    private JsonNode next() {
        if (used == nodes.size()) {
            nodes.add(new JsonNode());
        }
        JsonNode node = nodes.get(used++);
        node.clear();
        return node;
    }

    /** The child of an object by name; null if there is none. */
    @Nullable JsonNode find(JsonNode object, byte[] name) {
        for (JsonNode child = firstChild(object); child != null; child = sibling(child)) {
            if (child.keyTo - child.keyFrom == name.length + 2 && startsWith(child.keyFrom + 1, name)) {
                return child;
            }
        }
        return null;
    }

    /** The first value of an object or array; null if there is none. */
    @Nullable JsonNode firstChild(JsonNode parent) {
        return parent.child == JsonNode.NONE ? null : nodes.get(parent.child);
    }

    /** The value behind this one in the same object or array; null if it is the last. */
    @Nullable JsonNode sibling(JsonNode node) {
        return node.sibling == JsonNode.NONE ? null : nodes.get(node.sibling);
    }

    private boolean startsWith(int from, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (text[from + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** The number that a node holds. */
    long number(JsonNode node) {
        long value = 0;
        for (int i = node.from; i < node.to; i++) {
            if (text[i] < '0' || text[i] > '9') {
                throw new IllegalArgumentException("no whole number: " + new String(text, node.from, node.to - node.from, StandardCharsets.UTF_8));
            }
            value = value * 10 + text[i] - '0';
        }
        return value;
    }

    int size() {
        return used;
    }

    void clear() {
        used = 0;
    }

    /** Objects of the Java heap this tree consists of. */
    int objects() {
        return 3 + nodes.size();
    }
}
