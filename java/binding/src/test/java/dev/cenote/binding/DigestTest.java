package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DigestTest {

    /** Asks for as little as a source may be asked for, and remembers the most it was asked for. */
    private static final class Slow extends ByteArrayInputStream {
        private int most;
        private boolean closed;

        Slow(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] into, int from, int length) {
            most = Math.max(most, length);
            return super.read(into, from, Math.min(length, 7));
        }

        @Override
        public void close() throws IOException {
            closed = true;
            super.close();
        }
    }

    @Test
    void of_knownWords_isTheirPublishedSum() throws IOException {
        Digest abc = Digest.of(() -> new ByteArrayInputStream("abc".getBytes(StandardCharsets.US_ASCII)));
        assertThat(abc).isEqualTo(new Digest("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3));
        assertThat(Digest.of(InputStream::nullInputStream).bytes()).isZero();
    }

    @Test
    void of_aLibrary_readsItInSmallParts_andClosesIt() throws Exception {
        byte[] bytes = new byte[1_100_000];
        new Random(1).nextBytes(bytes);
        Slow source = new Slow(bytes);
        assertThat(Digest.of(() -> source)).isEqualTo(
            new Digest(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)), bytes.length));
        assertThat(source.most).as("bytes in the heap at a time").isLessThanOrEqualTo(64 << 10);
        assertThat(source.closed).isTrue();
    }
}
