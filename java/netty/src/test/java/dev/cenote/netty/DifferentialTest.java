package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The same random sequence of operations on a buffer of ours and on Netty's unpooled one: results, exceptions, indices, capacity
 * and content agree after each step. Every run has fresh seeds; a failure names its seed, and {@code -Dcenote.test.seed=N}
 * repeats that one sequence. {@code -Dcenote.test.rounds=N} runs more of them.
 */
class DifferentialTest {

    private static final int ROUNDS = Integer.getInteger("cenote.test.rounds", 300);
    private static final int STEPS = 150;

    /** One operation: draws its arguments from the random and tells what came out. */
    private interface Operation {
        Object on(ByteBuf buffer, Random random) throws Exception;
    }

    /** An index around the bounds of a buffer, mostly inside. */
    private static int index(ByteBuf buffer, Random random) {
        return random.nextInt(buffer.capacity() + 12) - 4;
    }

    /**
     * Holds the judge to what {@link ByteBuf} documents: an index with its length lies within the capacity, also where the
     * length is 0. Netty's own buffers differ from it, and from each other, in some operations of no bytes.
     */
    private static int within(ByteBuf buffer, int index, int length) {
        if (!(buffer instanceof CountedByteBuf)) {
            Objects.checkFromIndexSize(index, length, buffer.capacity());
        }
        return index;
    }

    private static byte[] random(Random random, int bound) {
        byte[] bytes = new byte[random.nextInt(bound)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static final List<Operation> OPERATIONS = new ArrayList<>();

    private static void add(Operation operation) {
        OPERATIONS.add(operation);
    }

    static {
        add((b, r) -> b.getByte(index(b, r)));
        add((b, r) -> b.getShort(index(b, r)));
        add((b, r) -> b.getUnsignedShortLE(index(b, r)));
        add((b, r) -> b.getMedium(index(b, r)));
        add((b, r) -> b.getUnsignedMediumLE(index(b, r)));
        add((b, r) -> b.getInt(index(b, r)));
        add((b, r) -> b.getUnsignedIntLE(index(b, r)));
        add((b, r) -> b.getLong(index(b, r)));
        add((b, r) -> b.getLongLE(index(b, r)));
        add((b, r) -> b.setByte(index(b, r), r.nextInt()).capacity());
        add((b, r) -> b.setShortLE(index(b, r), r.nextInt()).capacity());
        add((b, r) -> b.setMediumLE(index(b, r), r.nextInt()).capacity());
        add((b, r) -> b.setMedium(index(b, r), r.nextInt()).capacity());
        add((b, r) -> b.setInt(index(b, r), r.nextInt()).capacity());
        add((b, r) -> b.setLongLE(index(b, r), r.nextLong()).capacity());
        add((b, r) -> b.setDouble(index(b, r), r.nextDouble()).capacity());
        add((b, r) -> b.writeByte(r.nextInt()).writerIndex());
        add((b, r) -> b.writeShort(r.nextInt()).writerIndex());
        add((b, r) -> b.writeMedium(r.nextInt()).writerIndex());
        add((b, r) -> b.writeInt(r.nextInt()).writerIndex());
        add((b, r) -> b.writeLong(r.nextLong()).writerIndex());
        add((b, r) -> b.writeZero(r.nextInt(200)).writerIndex());
        add((b, r) -> b.writeBytes(random(r, 300)).writerIndex());
        add((b, r) -> {
            byte[] bytes = random(r, 60);
            return b.setBytes(within(b, index(b, r), bytes.length), ByteBuffer.wrap(bytes)).capacity();
        });
        add((b, r) -> {
            byte[] bytes = random(r, 60);
            return b.setBytes(within(b, index(b, r), bytes.length), bytes).capacity();
        });
        add((b, r) -> {
            byte[] bytes = random(r, 60);
            return b.setBytes(within(b, index(b, r), bytes.length), Unpooled.wrappedBuffer(bytes), 0, bytes.length).capacity();
        });
        add((b, r) -> {
            int length = r.nextInt(40);
            return b.setBytes(within(b, index(b, r), length), new ByteArrayInputStream(new byte[30]), length);
        });
        add((b, r) -> b.writeBytes(new ByteArrayInputStream(new byte[r.nextInt(20)]), r.nextInt(40)));
        add((b, r) -> b.writeCharSequence("caf\u00e9".repeat(r.nextInt(5)), StandardCharsets.UTF_8));
        add((b, r) -> b.readByte());
        add((b, r) -> b.readUnsignedShort());
        add((b, r) -> b.readMediumLE());
        add((b, r) -> b.readInt());
        add((b, r) -> b.readLongLE());
        add((b, r) -> b.readFloat());
        add((b, r) -> b.skipBytes(r.nextInt(20) - 1).readerIndex());
        add((b, r) -> {
            byte[] bytes = new byte[r.nextInt(50)];
            b.readBytes(bytes);
            return Arrays.toString(bytes);
        });
        add((b, r) -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            b.readBytes(out, r.nextInt(50));
            return Arrays.toString(out.toByteArray());
        });
        add((b, r) -> {
            ByteBuffer target = ByteBuffer.allocateDirect(r.nextInt(60));
            b.getBytes(within(b, index(b, r), target.remaining()), target);
            return target.flip().toString() + target.hashCode();
        });
        add((b, r) -> {
            byte[] target = new byte[40];
            int from = r.nextInt(44) - 2;
            int length = r.nextInt(20);
            Objects.checkFromIndexSize(from, length, target.length);
            b.getBytes(within(b, index(b, r), length), target, from, length);
            return Arrays.hashCode(target);
        });
        add((b, r) -> {
            ByteBuf target = Unpooled.buffer(r.nextInt(60));
            b.getBytes(within(b, index(b, r), target.writableBytes()), target);
            return ByteBufUtil.hexDump(target);
        });
        add((b, r) -> {
            ByteArrayOutputStream target = new ByteArrayOutputStream();
            int length = r.nextInt(40);
            b.getBytes(within(b, index(b, r), length), target, length);
            return Arrays.hashCode(target.toByteArray());
        });
        add((b, r) -> b.readerIndex(index(b, r)).readerIndex());
        add((b, r) -> b.writerIndex(index(b, r)).writerIndex());
        add((b, r) -> b.setIndex(index(b, r), index(b, r)).writerIndex());
        add((b, r) -> b.markReaderIndex().markWriterIndex().readerIndex());
        add((b, r) -> b.resetReaderIndex().readerIndex());
        add((b, r) -> b.resetWriterIndex().writerIndex());
        add((b, r) -> b.discardReadBytes().writerIndex());
        add((b, r) -> b.discardSomeReadBytes().readableBytes());
        add((b, r) -> r.nextInt(4) == 0 ? b.clear().writerIndex() : 0);
        add((b, r) -> b.capacity(r.nextInt(r.nextInt(8) == 0 ? 40_000 : 1500) - 2).capacity());
        add((b, r) -> b.ensureWritable(r.nextInt(100), r.nextBoolean()) >= 0);
        add((b, r) -> {
            int length = r.nextInt(50);
            return b.setZero(within(b, index(b, r), length), length).capacity();
        });
        add((b, r) -> b.indexOf(index(b, r), index(b, r), (byte) r.nextInt(3)));
        add((b, r) -> b.bytesBefore(r.nextInt(60), (byte) r.nextInt(3)));
        add((b, r) -> b.forEachByteDesc(index(b, r), r.nextInt(60), x -> x != 0));
        add((b, r) -> b.setCharSequence(index(b, r), "caf\u00e9".repeat(r.nextInt(5)), StandardCharsets.UTF_8));
        add((b, r) -> b.readSlice(r.nextInt(40)).compareTo(b.slice()));
        add((b, r) -> b.indexOf(0, Math.max(0, b.writerIndex()), (byte) r.nextInt(256)));
        add((b, r) -> b.bytesBefore((byte) r.nextInt(256)));
        add((b, r) -> b.forEachByte(x -> x != 0));
        add((b, r) -> b.forEachByteDesc(x -> x > 0));
        add((b, r) -> b.hashCode());
        add((b, r) -> b.slice(index(b, r), r.nextInt(30)).hashCode());
        add((b, r) -> b.slice(index(b, r), r.nextInt(30)).setZero(0, 3).readableBytes());
        add((b, r) -> b.duplicate().setIndex(0, b.capacity()).readableBytes());
        add((b, r) -> b.nioBuffer(index(b, r), r.nextInt(30)).hashCode());
        add((b, r) -> b.internalNioBuffer(index(b, r), r.nextInt(30)).hashCode());
        add((b, r) -> b.getCharSequence(index(b, r), r.nextInt(10), StandardCharsets.ISO_8859_1));
        add((b, r) -> b.toString(StandardCharsets.UTF_16));
        add((b, r) -> b.setBytes(index(b, r), b, index(b, r), r.nextInt(60)).capacity());
        add((b, r) -> b.isWritable(r.nextInt(50)));
        add((b, r) -> b.maxWritableBytes());
        add((b, r) -> {
            ByteBuf copy = b.copy(index(b, r), r.nextInt(40));
            try {
                return copy.hashCode();
            } finally {
                copy.release();
            }
        });
        add((b, r) -> {
            ByteBuf read = b.readBytes(r.nextInt(40));
            try {
                return read.hashCode();
            } finally {
                read.release();
            }
        });
        add((b, r) -> b.retain(r.nextInt(3)).release(b.refCnt() - 1));
        add((b, r) -> b.asReadOnly().writeByte(1).capacity());
    }

    private static Object outcome(Operation operation, ByteBuf buffer, long seed) {
        try {
            return String.valueOf(operation.on(buffer, new Random(seed)));
        } catch (Exception e) {
            return e instanceof IllegalArgumentException || e instanceof IndexOutOfBoundsException ? "out of bounds"
                : e.getClass();
        }
    }

    private static byte[] all(ByteBuf buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private static void run(long seed, ByteBufAllocator ours, boolean direct) {
        Random random = new Random(seed);
        int capacity = random.nextInt(600);
        int most = random.nextBoolean() ? Integer.MAX_VALUE : capacity + random.nextInt(3000);
        ByteBufAllocator theirs = UnpooledByteBufAllocator.DEFAULT;
        ByteBuf mine = direct ? ours.directBuffer(capacity, most) : ours.heapBuffer(capacity, most);
        ByteBuf judge = direct ? theirs.directBuffer(capacity, most) : theirs.heapBuffer(capacity, most);
        mine.setZero(0, capacity);
        judge.setZero(0, capacity);
        try {
            for (int step = 0; step < STEPS; step++) {
                int which = random.nextInt(OPERATIONS.size());
                long arguments = random.nextLong();
                int before = judge.capacity();
                Object expected = outcome(OPERATIONS.get(which), judge, arguments);
                Object got = outcome(OPERATIONS.get(which), mine, arguments);
                String where = "seed " + seed + ", step " + step + ", operation " + which + ", " + mine + ", " + judge;
                assertThat(got).as(where).isEqualTo(expected);
                assertThat(mine.readerIndex()).as(where).isEqualTo(judge.readerIndex());
                assertThat(mine.writerIndex()).as(where).isEqualTo(judge.writerIndex());
                level(mine, judge, before);
                assertThat(all(mine, mine.capacity())).as(where).isEqualTo(all(judge, judge.capacity()));
                assertThat(mine.refCnt()).as(where).isEqualTo(1);
            }
        } finally {
            mine.release();
            judge.release();
        }
    }

    /** Brings both to one capacity where ours took the whole block instead, and zeroes what nobody has written yet. */
    private static void level(ByteBuf mine, ByteBuf judge, int before) {
        int wanted = Math.max(Math.max(mine.capacity(), judge.capacity()), 0);
        int known = Math.min(Math.min(mine.capacity(), judge.capacity()), before);
        mine.capacity(wanted);
        judge.capacity(wanted);
        int written = Math.max(known, judge.writerIndex());
        mine.setZero(written, wanted - written);
        judge.setZero(written, wanted - written);
    }

    @Test
    void sameOperations_sameOutcome() {
        Long replay = Long.getLong("cenote.test.seed");
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (CenoteByteBufAllocator ours = Kind.builder().name("differential").build()) {
            long first = replay != null ? replay : System.nanoTime();
            for (long seed = first; seed < first + (replay != null ? 1 : ROUNDS); seed++) {
                run(seed, ours, true);
                run(seed, ours, false);
            }
            assertThat(ours.metric().usedDirectMemory() + ours.metric().usedHeapMemory()).isZero();
        } finally {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
    }
}
