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
        for (int i = bytes.position(), end = bytes.limit(); i < end; i++) {
            byte b = bytes.get(i);
            if (inString) {
                if (escaped) {
                    escaped = false;
                } else if (b == '\\') {
                    escaped = true;
                } else if (b == '"') {
                    inString = false;
                }
            } else {
                structure(b);
            }
        }
    }

    private void structure(byte b) {
        switch (b) {
            case '"' -> {
                inString = true;
                strings++;
            }
            case '{', '[' -> depthMax = Math.max(depthMax, ++depth);
            case '}', ']' -> depth--;
            case ':' -> fields++;
            default -> {
                // numbers, literals and space carry no structure
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
