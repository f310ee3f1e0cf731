package dev.cenote.gateway.server;

import dev.cenote.gateway.memory.MessageMemory;
import dev.cenote.gateway.memory.Piece;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** One message: its bytes in pieces of the memory under test, and the channel that waits for the answer. One owner at a time. */
final class Message {
    final Channel channel;
    final boolean keepAlive;
    /** The checksum the client sent, or a negative number when it sent none. */
    final long checksumSent;

    /** In a {@link HoldWheel}: the next message of the same slot, and when to release this one. */
    @Nullable Message next;
    long dueNanos;
    /** The checksum seen when the message was read; it must be the same when it is released. */
    int checksumRead;

    private final List<Piece> pieces = new ArrayList<>(4);
    private int bytes;

    Message(Channel channel, boolean keepAlive, long checksumSent) {
        this.channel = channel;
        this.keepAlive = keepAlive;
        this.checksumSent = checksumSent;
    }

    int bytes() {
        return bytes;
    }

    /**
     * Copies what {@code source} holds into memory under test.
     *
     * @param toCome bytes of this message still expected, {@code source} included, when the client said how many
     */
    void append(ByteBuf source, int toCome, MessageMemory memory) {
        while (source.isReadable()) {
            Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
            if (last == null || last.room() == 0) {
                last = memory.take(Math.max(toCome, source.readableBytes()));
                pieces.add(last);
            }
            int step = Math.min(last.room(), source.readableBytes());
            last.append(source, step);
            bytes += step;
            toCome -= step;
        }
    }

    /** CRC-32C over all pieces. */
    int checksum() {
        CRC32C crc = new CRC32C();
        for (int i = 0; i < pieces.size(); i++) {
            crc.update(pieces.get(i).content());
        }
        return (int) crc.getValue();
    }

    void scan(JsonScan scan) {
        for (int i = 0; i < pieces.size(); i++) {
            ByteBuffer content = pieces.get(i).content();
            scan.feed(content);
        }
    }

    /** Gives all memory back. The message is empty after it. */
    void release() {
        for (int i = 0; i < pieces.size(); i++) {
            pieces.get(i).release();
        }
        pieces.clear();
    }
}
