package dev.cenote.netty;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Copies from memory to streams, which take arrays only.
 */
final class Streams {

    private static final int STEP_BYTES = 8192;

    private Streams() {
    }

    static void copy(ByteBuffer memory, int index, int length, OutputStream target) throws IOException {
        byte[] through = new byte[Math.min(length, STEP_BYTES)];
        for (int done = 0; done < length; done += through.length) {
            int step = Math.min(through.length, length - done);
            memory.get(index + done, through, 0, step);
            target.write(through, 0, step);
        }
    }
}
