package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The builder: every wrong value names its option and what is allowed, every right one opens a pool that serves.
 */
class BlockPoolBuilderTest {

    private static Arguments wrong(String option, String value, String allowed, UnaryOperator<BlockPoolBuilder> change) {
        return Arguments.of(option, value, allowed, change);
    }

    static List<Arguments> wrongValues() {
        return List.of(
            wrong("blockBytes", "0", "1", b -> b.blockBytes(0)),
            wrong("blockBytes", "-1", "1", b -> b.blockBytes(-1)),
            wrong("blockBytes", "1073741825", "1073741824", b -> b.blockBytes((1 << 30) + 1)),
            wrong("blockBytes", "-2147483648", "1073741824", b -> b.blockBytes(Integer.MIN_VALUE)),
            wrong("maximumBytes", "0", "256", b -> b.maximumBytes(0)),
            wrong("maximumBytes", "-1", "256", b -> b.maximumBytes(-1)),
            wrong("maximumBytes", "255", "256", b -> b.maximumBytes(255)),
            wrong("maximumBytes", "9223372036854775807", "549755813632", b -> b.maximumBytes(Long.MAX_VALUE)),
            wrong("initialBytes", "-1", "0", b -> b.initialBytes(-1)),
            wrong("initialBytes", "1048577", "1048576", b -> b.initialBytes((1 << 20) + 1)),
            wrong("chunkBytes", "-1", "4096", b -> b.chunkBytes(-1)),
            wrong("chunkBytes", "4095", "4096", b -> b.chunkBytes(4095)),
            wrong("chunkBytes", "1073741825", "1073741824", b -> b.chunkBytes((1L << 30) + 1)),
            wrong("magazineBlocks", "-1", "64", b -> b.magazineBlocks(-1)),
            wrong("magazineBlocks", "65", "64", b -> b.magazineBlocks(65)),
            wrong("maximumRetainedBytes", "-1", "0", b -> b.maximumRetainedBytes(-1)),
            wrong("retainFor", "PT0.099S", "PT0.1S", b -> b.retainFor(Duration.ofMillis(99))),
            wrong("retainFor", "PT-1S", "PT0.1S", b -> b.retainFor(Duration.ofSeconds(-1))),
            wrong("retainFor", "PT8784H", "365 days", b -> b.retainFor(Duration.ofDays(366))),
            wrong("name", "blank", "name", b -> b.name("  ")));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @MethodSource("wrongValues")
    void wrongValue_namesOptionValueAndRange(String option, String value, String allowed,
            UnaryOperator<BlockPoolBuilder> change) {
        BlockPoolBuilder builder = change.apply(TestPools.builder());
        assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(option).hasMessageContaining(value).hasMessageContaining(allowed);
    }

    @Test
    void retainForBeyondWhatALongOfMillisecondsHolds_isRefusedToo() {
        assertThatThrownBy(() -> TestPools.builder().retainFor(Duration.ofSeconds(Long.MAX_VALUE)).build())
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("retainFor");
        assertThatThrownBy(() -> TestPools.builder().retainFor(Duration.ofSeconds(Long.MIN_VALUE)).build())
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("retainFor");
    }

    @Test
    void missingBlockBytes_isNamed() {
        assertThatThrownBy(() -> BlockPool.builder().backend(TestPools.BACKEND).build())
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("blockBytes");
    }

    @Test
    void nulls_nameTheOption() {
        BlockPoolBuilder b = BlockPool.builder();
        assertThatThrownBy(() -> b.name(null)).isInstanceOf(NullPointerException.class).hasMessageContaining("name");
        assertThatThrownBy(() -> b.numaPolicy(null)).hasMessageContaining("numaPolicy");
        assertThatThrownBy(() -> b.hugePages(null)).hasMessageContaining("hugePages");
        assertThatThrownBy(() -> b.purge(null)).hasMessageContaining("purge");
        assertThatThrownBy(() -> b.retainFor(null)).hasMessageContaining("retainFor");
        assertThatThrownBy(() -> b.backend(null)).hasMessageContaining("backend");
        assertThatThrownBy(() -> b.file(null)).hasMessageContaining("file");
        assertThatThrownBy(() -> NumaPolicy.bind(-1)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("numaPolicy").hasMessageContaining("-1").hasMessageContaining("0 or more");
    }

    static List<UnaryOperator<BlockPoolBuilder>> rightValues() {
        return List.of(
            b -> b,
            b -> b.blockBytes(1).maximumBytes(16),
            b -> b.blockBytes(1 << 20).maximumBytes(1 << 20),
            b -> b.initialBytes(1 << 20),
            b -> b.initialBytes(1),
            b -> b.maximumBytes(1L << 38).initialBytes(0),
            b -> b.chunkBytes(4096),
            b -> b.chunkBytes(1 << 30),
            b -> b.magazineBlocks(1),
            b -> b.magazineBlocks(64),
            b -> b.numaPolicy(NumaPolicy.bind(0)),
            b -> b.numaPolicy(NumaPolicy.preferred(0)),
            b -> b.numaPolicy(NumaPolicy.interleave()),
            b -> b.prefault(false),
            b -> b.hugePages(HugePages.OFF),
            b -> b.purge(PurgeMode.FREE),
            b -> b.maximumRetainedBytes(0),
            b -> b.retainFor(Duration.ZERO),
            b -> b.retainFor(Duration.ofMillis(100)),
            b -> b.retainFor(Duration.ofDays(365)));
    }

    @ParameterizedTest
    @MethodSource("rightValues")
    void rightValue_opensAPoolThatServes(UnaryOperator<BlockPoolBuilder> change) {
        try (BlockPool pool = change.apply(TestPools.builder()).build()) {
            Block block = pool.get();
            block.putByte(block.bytes() - 1, (byte) 9);
            assertThat(block.getByte(block.bytes() - 1)).isEqualTo((byte) 9);
            pool.put(block);
        }
    }

    @Test
    void largestBlock_isServedWhole() {
        try (BlockPool pool = TestPools.builder().blockBytes(1 << 26).maximumBytes(1 << 26).build()) {
            Block block = pool.get();
            block.putLong((1 << 26) - 8, 77);
            assertThat(block.getLong((1 << 26) - 8)).isEqualTo(77);
            assertThat(block.buffer().capacity()).isEqualTo(1 << 26);
            assertThat(pool.tryGet()).isNull();
            pool.put(block);
        }
    }

    @Test
    void initialBytes_areInServiceAtOnce() {
        try (BlockPool pool = TestPools.builder().chunkBytes(65536).initialBytes(200_000).build()) {
            BlockPoolStats stats = pool.stats();
            assertThat(stats.bytesCommitted()).isGreaterThanOrEqualTo(4 * 65536);
            assertThat(stats.blocksInUse()).isZero();
        }
    }

    @Test
    void unnamedPools_getDifferentNames() {
        try (BlockPool a = BlockPool.builder().backend(TestPools.BACKEND).blockBytes(64).maximumBytes(1 << 16).build();
                BlockPool b = BlockPool.builder().backend(TestPools.BACKEND).blockBytes(64).maximumBytes(1 << 16).build()) {
            assertThat(a.name()).startsWith("blocks-").isNotEqualTo(b.name());
        }
    }

    @Test
    void unknownBackendProperty_isRefusedWithWhatIsAllowed() {
        String before = System.getProperty("cenote.backend");
        System.setProperty("cenote.backend", "turbo");
        try {
            assertThatThrownBy(() -> BlockPool.builder().blockBytes(64).build())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("turbo")
                .hasMessageContaining("auto, jni, ffm or java");
        } finally {
            if (before == null) {
                System.clearProperty("cenote.backend");
            } else {
                System.setProperty("cenote.backend", before);
            }
        }
    }

    @Test
    void fileOnTheJavaBackend_isRefusedWithAReason() {
        if (TestPools.BACKEND == Backend.JAVA) {
            assertThatThrownBy(() -> TestPools.builder().file(Path.of("some-file")).build())
                .isInstanceOf(CenoteException.class).hasMessageContaining("file").hasMessageContaining("jni");
        }
    }

    @Test
    void ffmBeforeJdk22_isRefusedWithWhatToDo() {
        assumeTrue(Runtime.version().feature() < 22);
        assertThatThrownBy(() -> TestPools.builder().backend(Backend.FFM).build())
            .isInstanceOf(BackendUnavailableException.class).hasMessageContainingAll("the ffm backend cannot run here",
                "JDK 22", "this is " + Runtime.version().feature(), "-Dcenote.backend=jni");
    }

    @Test
    void ffmFromJdk22On_runsBesideJni_onTheSameCore() {
        assumeTrue(Runtime.version().feature() >= 22 && TestPools.BACKEND != Backend.JAVA);
        try (BlockPool ffm = TestPools.builder().backend(Backend.FFM).build();
                BlockPool jni = TestPools.builder().backend(Backend.JNI).build()) {
            assertThat(ffm.backend()).isEqualTo(Backend.FFM);
            assertThat(jni.backend()).isEqualTo(Backend.JNI);
            try (Block one = ffm.get(); Block two = jni.get()) {
                one.putLong(0, 1);
                two.putLong(0, 2);
                assertThat(one.getLong(0)).isEqualTo(1);
                assertThat(one.address()).isNotEqualTo(two.address());
            }
        }
    }
}
