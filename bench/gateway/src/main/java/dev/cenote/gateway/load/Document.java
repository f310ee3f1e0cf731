package dev.cenote.gateway.load;

import java.util.zip.CRC32C;

/** One real document that is sent as a message. */
public record Document(String name, byte[] bytes) {
    /** CRC-32C of the bytes, as the gateway's request header carries it. */
    public String checksum() {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.toHexString((int) crc.getValue());
    }
}
