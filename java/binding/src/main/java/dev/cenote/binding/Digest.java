package dev.cenote.binding;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What tells one file's bytes from another's, found without keeping them.
 *
 * @param sha256 64 lower-case hexadecimal digits
 * @param bytes  how many there were
 */
record Digest(String sha256, long bytes) {

    /** Small enough for any heap region, large enough for few calls. */
    private static final int PART_BYTES = 16 << 10;

    /** Reads all that the source gives. */
    static Digest of(LibraryBytes.Source source) throws IOException {
        MessageDigest digest = algorithm();
        byte[] part = new byte[PART_BYTES];
        long bytes = 0;
        try (InputStream in = source.open()) {
            for (int read = in.read(part); read >= 0; read = in.read(part)) {
                digest.update(part, 0, read);
                bytes += read;
            }
        }
        return new Digest(HexFormat.of().formatHex(digest.digest()), bytes);
    }

    private static MessageDigest algorithm() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
