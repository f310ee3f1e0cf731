package dev.cenote.gateway.server;

import java.nio.ByteBuffer;

/**
 * The work of the downstream: walks a JSON document byte by byte, across pieces, and notes its shape.
 * <p>Any bytes are accepted; for text that is no JSON the counts mean little, the work is the same. One thread.
 */
final class JsonScan {
    private boolean inString;
    private boolean escaped;
    private int depth;
    private int depthMax;
    private int strings;
    private int fields;

    void reset() {
        inString = false;
        escaped = false;
        depth = 0;
        depthMax = 0;
        strings = 0;
        fields = 0;
    }

    void feed(ByteBuffer bytes) {
        boolean quoted = inString; // in registers while we walk
        boolean skip = escaped;
        for (int i = bytes.position(), end = bytes.limit(); i < end; i++) {
            byte b = bytes.get(i);
            if (quoted) {
                if (skip) {
                    skip = false;
                } else if (b == '\\') {
                    skip = true;
                } else if (b == '"') {
                    quoted = false;
                }
            } else if (b == '"') {
                quoted = true;
                strings++;
            } else if (b < 'a' || b >= '{') { // letters of literals carry no structure
                structure(b);
            }
        }
        inString = quoted;
        escaped = skip;
    }

    private void structure(byte b) {
        switch (b) {
            case '{', '[' -> depthMax = Math.max(depthMax, ++depth);
            case '}', ']' -> depth--;
            case ':' -> fields++;
            default -> {
                // numbers, commas and space carry none either
            }
        }
    }

    int depthMax() {
        return depthMax;
    }

    int strings() {
        return strings;
    }

    int fields() {
        return fields;
    }
}
