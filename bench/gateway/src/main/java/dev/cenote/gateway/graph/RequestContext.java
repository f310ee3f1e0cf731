package dev.cenote.gateway.graph;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * All that a request needs while it is served: headers, body, parsed document, answer; 20 to 60 objects of the heap. Its buffers are as
 * large as the largest message and the largest answer, so that serving never copies them into larger ones. It is what the pools under
 * test keep. One owner at a time, who knows it by {@link #begin} and {@link #end}.
 */
public final class RequestContext implements Delayed {
    private static final int BODY_BYTES = 64 << 10;
    private static final int ANSWER_BYTES = 64 << 10;
    private static final byte[] CLASS = "class".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEEP = "keepMillis".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ITEMS = "items".getBytes(StandardCharsets.US_ASCII);

    private final HeaderMap headers = new HeaderMap();
    private final JsonTree tree = new JsonTree();
    private final CRC32C crc = new CRC32C();
    private byte[] body = new byte[BODY_BYTES];
    private int bodyLength;
    private byte[] answer = new byte[ANSWER_BYTES];
    private int answerLength;
    private int checksum;
    private boolean inUse;
    /** Of the pool under test: what it hung on this context, such as a handle. */
    public @Nullable Object attachment;
    private String tag = "";
    private boolean served;
    private long keepMillis;
    private long dueNanos;

    /** Takes possession. False: somebody else has it, and the pool under test gave it twice. */
    boolean begin() {
        boolean free = !inUse;
        inUse = true;
        return free;
    }

    /** Ends possession. False: what was written in between is not what is there. */
    boolean end() {
        boolean intact = inUse && (!served || answerDigest() == checksum);
        inUse = false;
        return intact;
    }

    /** Empties it for the next request; what was allocated stays. */
    public void reset() {
        headers.clear();
        tree.clear();
        bodyLength = 0;
        answerLength = 0;
        checksum = 0;
        keepMillis = 0;
        served = false;
    }

    HeaderMap headers() {
        return headers;
    }

    void append(ByteBuf content) {
        int more = content.readableBytes();
        if (bodyLength + more > body.length) {
            byte[] larger = new byte[Math.max(2 * body.length, bodyLength + more)];
            System.arraycopy(body, 0, larger, 0, bodyLength);
            body = larger;
        }
        content.readBytes(body, bodyLength, more);
        bodyLength += more;
    }

    /**
     * Parses the body, decides how long the request's session keeps it, and builds the answer.
     *
     * @throws IllegalArgumentException if the body is not what a client sends
     */
    void serve() {
        JsonNode root = tree.parse(body, bodyLength);
        JsonNode keep = tree.find(root, KEEP);
        keepMillis = keep == null ? 0 : tree.number(keep);
        JsonNode kind = tree.find(root, CLASS);
        String found = kind == null ? Orders.QUOTE : Orders.tag(body, kind.from, kind.to);
        if (!tag.equals(found)) {
            tag = found; /* only if it is another: see JsonNode */
        }
        answerLength = 0;
        write("{\"headers\":").write(headers.size()).write(",\"digest\":").write(headers.digest() & 0xffff)
            .write(",\"nodes\":").write(tree.size()).write(",\"items\":[");
        JsonNode items = tree.find(root, ITEMS);
        boolean first = true;
        for (JsonNode item = items == null ? null : tree.firstChild(items); item != null; item = tree.sibling(item)) {
            if (!first) {
                write(",");
            }
            first = false;
            write(body, item.from, item.to);
        }
        write("]}\n");
        checksum = answerDigest();
        served = true;
    }

    private int answerDigest() {
        crc.reset();
        crc.update(answer, 0, answerLength);
        crc.update(body, 0, bodyLength);
        return (int) crc.getValue();
    }

    private RequestContext write(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            answer[answerLength++] = (byte) text.charAt(i);
        }
        return this;
    }

    private RequestContext write(int number) {
        room(10);
        for (int power = powerOfTen(number); power > 0; power /= 10) {
            answer[answerLength++] = digit(number, power);
        }
        return this;
    }

    /** The largest power of ten that is not above a number; 1 for 0. */
    private static int powerOfTen(int number) {
        int power = 1;
        while (number / power >= 10) {
            power *= 10;
        }
        return power;
    }

    private static byte digit(int number, int power) {
        return (byte) ('0' + number / power % 10);
    }

    private void write(byte[] source, int from, int to) {
        room(to - from);
        System.arraycopy(source, from, answer, answerLength, to - from);
        answerLength += to - from;
    }

    private void room(int more) {
        if (answerLength + more > answer.length) {
            byte[] larger = new byte[Math.max(2 * answer.length, answerLength + more)];
            System.arraycopy(answer, 0, larger, 0, answerLength);
            answer = larger;
        }
    }

    void writeTo(ByteBuf out) {
        out.writeBytes(answer, 0, answerLength);
    }

    /** The answer's length, in decimal digits. */
    void writeLengthTo(ByteBuf out) {
        for (int power = powerOfTen(answerLength); power > 0; power /= 10) {
            out.writeByte(digit(answerLength, power));
        }
    }

    int answerLength() {
        return answerLength;
    }

    /** What it was used for; empty before it was served. */
    public String tag() {
        return served ? tag : "";
    }

    /** How long its session keeps it after the answer; 0: not at all. */
    long keepMillis() {
        return keepMillis;
    }

    void keepUntil(long nanos) {
        dueNanos = nanos;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.signum(dueNanos - ((RequestContext) other).dueNanos);
    }

    /** Objects of the Java heap it consists of. */
    int objects() {
        return 4 + headers.objects() + tree.objects();
    }
}
