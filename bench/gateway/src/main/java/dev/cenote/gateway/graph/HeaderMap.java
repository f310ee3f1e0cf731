package dev.cenote.gateway.graph;

import java.util.ArrayList;
import java.util.List;

/** The request's headers, copied out of the transport's objects into entries that are made once and used again. One thread. */
public final class HeaderMap {
    private static final int VALUE_BYTES = 64;

    /** One header: an interned name, and its value as bytes of its own. */
    private static final class Header {
        private String name = "";
        private byte[] value = new byte[VALUE_BYTES];
        private int length;

        void set(String name, CharSequence text) {
            this.name = name;
            length = text.length();
            if (value.length < length) {
                value = new byte[Integer.highestOneBit(length) * 2];
            }
            for (int i = 0; i < length; i++) {
                value[i] = (byte) text.charAt(i);
            }
        }
    }

    private final List<Header> headers = new ArrayList<>(16);
    private int size;

    void add(String name, CharSequence value) {
        if (size == headers.size()) {
            headers.add(new Header());
        }
        headers.get(size++).set(name, value);
    }

    /** A digest over all headers, so that they are really read. */
    int digest() {
        int digest = 1;
        for (int i = 0; i < size; i++) {
            Header header = headers.get(i);
            digest = 31 * digest + header.name.hashCode();
            for (int b = 0; b < header.length; b++) {
                digest = 31 * digest + header.value[b];
            }
        }
        return digest;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /** Objects of the Java heap this map consists of. */
    int objects() {
        return 3 + 2 * headers.size();
    }
}
