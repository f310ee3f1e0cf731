package dev.cenote.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.binding.NativeCalls;
import dev.cenote.binding.NativeLoader;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The java backend sizes its stores exactly as the native core does.
 */
class JavaShapeTest {

    private static StoreOptions options(int blockBytes, long maximumBytes, long chunkBytes, int magazineBlocks) {
        return options(blockBytes, maximumBytes, chunkBytes, magazineBlocks, false);
    }

    private static StoreOptions options(int blockBytes, long maximumBytes, long chunkBytes, int magazineBlocks,
            boolean packed) {
        return new StoreOptions(blockBytes, 0, maximumBytes, chunkBytes, magazineBlocks, 0, 0, false, false, false,
            Long.MAX_VALUE, 0, packed, false, null);
    }

    @Test
    void packedBlocks_lieEvery16Bytes() throws StoreOpenException {
        assertThat(JavaShape.of(options(144, 1 << 20, 65536, 0, true)).stride()).isEqualTo(144);
        assertThat(JavaShape.of(options(65, 1 << 20, 65536, 0, true)).stride()).isEqualTo(80);
        assertThat(JavaShape.of(options(144, 1 << 20, 65536, 0)).stride()).isEqualTo(192);
    }

    @Test
    void knownShapes_areAsDocumented() throws StoreOpenException {
        assertThat(JavaShape.of(options(100, 1 << 30, 0, 0)))
            .isEqualTo(new JavaShape(128, 2 << 20, 16384, 64, 1 << 23, 512, 0));
        assertThat(JavaShape.of(options(1, 16, 0, 0))).isEqualTo(new JavaShape(16, 4096, 256, 1, 1, 1, 0));
        assertThat(JavaShape.of(options(1_500_000, 1 << 30, 0, 0)).chunkBytes() % 1_500_032)
            .isLessThanOrEqualTo(JavaShape.of(options(1_500_000, 1 << 30, 0, 0)).chunkBytes() / 8);
        assertThat(JavaShape.of(options(65536, 1 << 30, 0, 0)).magazineBlocks()).isEqualTo(16);
        assertThat(JavaShape.of(options(1 << 20, 1 << 30, 0, 0)).magazineBlocks()).isEqualTo(4);
        assertThat(JavaShape.of(options(64, 64 * 32, 0, 0)).magazineBlocks()).isEqualTo(2);
    }

    @Test
    void lastChunk_isUsedAsFarAsTheMaximumReaches() throws StoreOpenException {
        JavaShape shape = JavaShape.of(options(64, 64 * 100, 4096, 0));
        assertThat(shape.blocksMax()).isEqualTo(100);
        assertThat(shape.blocksPerChunk()).isEqualTo(64);
        assertThat(shape.chunksMax()).isEqualTo(2);
        assertThat(shape.capacity(0)).isEqualTo(64);
        assertThat(shape.capacity(1)).isEqualTo(36);
        assertThat(shape.capacity(2)).isZero();
    }

    @Test
    void wrongOptions_areRefusedAsByTheCore() {
        StoreOptions[] wrong = {options(0, 100, 0, 0), options(-1, 100, 0, 0), options(64, 63, 0, 0),
            options(64, (1L << 46) + 1, 0, 0), options(16, 1L << 40, 0, 0), options(64, 64, -1, 0),
            options(64, 64, (1L << 30) + 1, 0), options(64, 64, 0, 65), options(64, 64, 0, -1)};
        for (StoreOptions each : wrong) {
            assertThatThrownBy(() -> JavaShape.of(each)).as(each.toString()).isInstanceOf(StoreOpenException.class)
                .hasMessage("EINVAL");
        }
    }

    @Test
    void randomOptions_giveTheShapeOfTheNativeCore() throws Exception {
        if (!"jni".equals(System.getProperty("cenote.test.backend"))) {
            return; /* the core may not run here; the jni run compares */
        }
        NativeCalls natives = NativeLoader.load();
        Random random = new Random(42);
        for (int i = 0; i < 300; i++) {
            int blockBytes = 1 + random.nextInt(1 << random.nextInt(22));
            long maximum = 64 + (random.nextLong() >>> (24 + random.nextInt(30)));
            maximum = Math.max(maximum, blockBytes + 64);
            maximum = Math.min(maximum, 16L * Integer.MAX_VALUE);
            long chunk = random.nextBoolean() ? 0 : 4096 + random.nextInt(8 << 20);
            StoreOptions each = options(blockBytes, maximum, chunk, random.nextInt(65), random.nextBoolean());
            JavaShape ours = JavaShape.of(each);
            NativeBlockStore theirs = new NativeBlockStore(natives, each);
            try {
                assertThat(new long[] {ours.stride(), ours.chunkBytes(), ours.blocksPerChunk(), ours.magazineBlocks(),
                    ours.blocksMax()}).as(each.toString()).containsExactly(theirs.stride(), theirs.chunkBytes(),
                    theirs.blocksPerChunk(), theirs.magazineBlocks(), theirs.blocksMax());
            } finally {
                theirs.close();
                theirs.destroy();
            }
        }
    }
}
