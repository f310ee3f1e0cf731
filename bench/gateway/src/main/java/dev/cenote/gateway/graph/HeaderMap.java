package dev.cenote.gateway.graph;

import java.util.ArrayList;
import java.util.List;

/** The request's headers, copied out of the transport's objects into entries that are made once and used again. One thread. */
public final class HeaderMap {
    private static final int HEADER_BYTES = 96;

    /** One header: its name and value as bytes of its own, one after the other. */
    private static final class Header {
        private byte[] text = new byte[HEADER_BYTES];
        private int length;

        void set(CharSequence name, CharSequence value) {
            length = name.length() + value.length();
            if (text.length < length) {
                text = new byte[Integer.highestOneBit(length) * 2];
            }
            copy(name, 0);
            copy(value, name.length());
        }

        private void copy(CharSequence from, int at) {
            for (int i = 0; i < from.length(); i++) {
                text[at + i] = (byte) from.charAt(i);
            }
        }
    }

    private final List<Header> headers = new ArrayList<>(16);
    private int size;

    void add(CharSequence name, CharSequence value) {
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
            for (int b = 0; b < header.length; b++) {
                digest = 31 * digest + header.text[b];
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
