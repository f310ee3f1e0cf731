package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.ArenaKind;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random operations on our memory and on an array of the same size: same results, same exceptions, same bytes.
 */
class BufferContractTest {

    private static final int BYTES = 4096;
    private static final int STEPS = 60_000;

    private final BlockPool pool = TestMemory.builder().blockBytes(BYTES).build();
    private final long seed = Long.getLong("cenote.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @AfterEach
    void close() {
        pool.close();
    }

    /** One operation of a buffer; what it gives, or null. */
    @FunctionalInterface
    private interface Operation {
        Object on(AtomicBuffer buffer);
    }

    private static ByteOrder order(long value) {
        return (value & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    private static byte[] bytesOf(long value, int length) {
        byte[] bytes = new byte[length];
        new Random(value).nextBytes(bytes);
        return bytes;
    }

    private Operation read(int index, int length, long value) {
        return switch (random.nextInt(16)) {
            case 0 -> b -> b.getByte(index);
            case 1 -> b -> b.getShort(index);
            case 2 -> b -> b.getShort(index, order(value));
            case 3 -> b -> b.getChar(index);
            case 4 -> b -> b.getInt(index);
            case 5 -> b -> b.getInt(index, order(value));
            case 6 -> b -> b.getLong(index);
            case 7 -> b -> b.getLong(index, order(value));
            case 8 -> b -> Float.floatToRawIntBits(b.getFloat(index));
            case 9 -> b -> Double.doubleToRawLongBits(b.getDouble(index, order(value)));
            case 10 -> b -> b.getLongVolatile(index & ~7);
            case 11 -> b -> b.getIntVolatile(index & ~3);
            case 12 -> b -> {
                byte[] into = new byte[length];
                b.getBytes(index, into);
                return List.of(Arrays.hashCode(into));
            };
            case 13 -> b -> {
                ByteBuffer into = ByteBuffer.allocateDirect(length + 8);
                b.getBytes(index, into, 3, length);
                return into;
            };
            case 14 -> b -> b.getStringWithoutLengthAscii(index, length);
            default -> b -> {
                b.boundsCheck(index, length);
                b.checkLimit(index + length);
                return null;
            };
        };
    }

    private Operation write(int index, int length, long value) {
        return switch (random.nextInt(20)) {
            case 0 -> b -> done(() -> b.putByte(index, (byte) value));
            case 1 -> b -> done(() -> b.putShort(index, (short) value));
            case 2 -> b -> done(() -> b.putShort(index, (short) value, order(value)));
            case 3 -> b -> done(() -> b.putChar(index, (char) value));
            case 4 -> b -> done(() -> b.putInt(index, (int) value));
            case 5 -> b -> done(() -> b.putInt(index, (int) value, order(value)));
            case 6 -> b -> done(() -> b.putLong(index, value));
            case 7 -> b -> done(() -> b.putLong(index, value, order(value)));
            case 8 -> b -> done(() -> b.putDouble(index, value * 0.5, order(value)));
            case 9 -> b -> done(() -> b.putFloat(index, value));
            case 10 -> b -> done(() -> b.putBytes(index, bytesOf(value, length)));
            case 11 -> b -> done(() -> b.putBytes(index, ByteBuffer.wrap(bytesOf(value, length)), 0, length));
            case 12 -> b -> done(() -> b.setMemory(index, length, (byte) value));
            case 13 -> b -> done(() -> b.putBytes(index, b, (int) (value & 1023), length)); /* may overlap */
            case 14 -> b -> b.putStringUtf8(index, "caf\u00e9 " + value);
            case 15 -> b -> b.putLongAscii(index, value);
            case 16 -> b -> b.getAndAddLong(index & ~7, value);
            case 17 -> b -> b.compareAndSetInt(index & ~3, b.getInt(index & ~3), (int) value);
            case 18 -> b -> b.getAndSetInt(index & ~3, (int) value);
            default -> b -> done(() -> b.putLongRelease(index & ~7, value));
        };
    }

    private static Object done(Runnable step) {
        step.run();
        return "done";
    }

    /** What an operation gave, or the class of what it threw. */
    private static Object outcome(Operation operation, AtomicBuffer buffer) {
        try {
            return operation.on(buffer);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            return e.getClass();
        }
    }

    private void behavesLikeAnArray(AtomicBuffer ours) {
        int bytes = ours.capacity();
        UnsafeBuffer model = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
        ours.setMemory(0, bytes, (byte) 0);
        int refused = 0;
        for (int step = 0; step < STEPS; step++) {
            int index = random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(bytes + 8);
            int length = random.nextInt(4) == 0 ? random.nextInt(bytes) : random.nextInt(64);
            long value = random.nextLong();
            Operation operation = random.nextBoolean() ? read(index, length, value) : write(index, length, value);
            Object expected = outcome(operation, model);
            Object seen = outcome(operation, ours);
            assertThat(seen).as("seed %d, step %d, index %d, length %d", seed, step, index, length).isEqualTo(expected);
            refused += expected instanceof Class<?> ? 1 : 0;
            if (step % 1000 == 0) {
                assertThat(ours.compareTo(model)).as("seed %d, step %d", seed, step).isZero();
                assertThat(new UnsafeBuffer(ours)).isEqualTo(model); /* Agrona compares buffers of one class only */
                assertThat(ours.hashCode()).isEqualTo(model.hashCode());
            }
        }
        assertThat(ours.compareTo(model)).as("seed %d", seed).isZero();
        assertThat(refused).as("operations out of bounds").isBetween(STEPS / 100, STEPS / 2);
    }

    @Test
    void blockBuffer_behavesLikeAnArray() {
        try (BlockBuffer buffer = BlockBuffer.of(pool.get())) {
            behavesLikeAnArray(buffer);
        }
    }

    @Test
    void flyweight_behavesLikeAnArray() {
        try (Block block = pool.get()) {
            UnsafeBuffer buffer = new UnsafeBuffer();
            Wrap.block(buffer, block, 128, 2000);
            behavesLikeAnArray(buffer);
        }
    }

    @Test
    void pieceOfAnArena_behavesLikeAnArray() {
        try (ArenaBuffers buffers = new ArenaBuffers(TestMemory.arena(ArenaKind.SHARED).build())) {
            behavesLikeAnArray(buffers.allocate(2000));
        }
    }

    @Test
    void operations_leaveTheNeighboursAlone() {
        Block[] blocks = new Block[3];
        pool.getAll(blocks, 0, 3);
        byte[] guard = bytesOf(seed, BYTES);
        for (Block block : blocks) {
            block.buffer().put(0, guard);
        }
        UnsafeBuffer part = new UnsafeBuffer();
        Wrap.block(part, blocks[1], 1024, 2048);
        behavesLikeAnArray(part);
        byte[] seen = new byte[BYTES];
        for (int i = 0; i < 3; i++) {
            blocks[i].buffer().get(0, seen);
            assertThat(Arrays.equals(seen, 0, 1024, guard, 0, 1024)).as("head of block %d", i).isTrue();
            assertThat(Arrays.equals(seen, 3072, BYTES, guard, 3072, BYTES)).as("tail of block %d", i).isTrue();
        }
        assertThat(Arrays.equals(seen, guard)).isTrue();
        pool.putAll(blocks, 0, 3);
    }
}
