package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The levels of checks: what each keeps, reports and finds.
 */
class ArenaChecksTest {

    private static final Logger LOGGER = Logger.getLogger(MemoryArena.class.getName());

    private final List<LogRecord> records = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public synchronized void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
        }
    };
    private TestArenas.CountingSource source;

    @BeforeEach
    void open() {
        source = new TestArenas.CountingSource(4 << 20);
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void everyChunkIsBack() throws InterruptedException {
        LOGGER.removeHandler(handler);
        TestPools.await("every chunk is back", () -> { /* upkeep may be at a dead owner's: it reports first */
            ArenaQuarantine.drain(0);
            return source.out.get() == 0;
        });
        source.close();
    }

    private MemoryArena arena(ArenaKind kind, Checks checks) {
        return TestArenas.builder(kind, source).checks(checks).build();
    }

    /** Writes where the arena's piece was, as a raw address or an old buffer would. */
    private static void scribble(ArenaChunk chunk, long address) {
        chunk.putByte(address, (byte) 1);
    }

    @ParameterizedTest
    @EnumSource
    void paranoid_reportsAWriteAfterClose_withBothStacks(ArenaKind kind) {
        long before = MemoryArena.totals().writesAfterRelease();
        MemoryArena arena = arena(kind, Checks.PARANOID);
        long piece = arena.allocate(64);
        ArenaChunk chunk = TestArenas.regionOf(arena).enter(arena, piece, 8);
        TestArenas.regionOf(arena).leave();
        arena.close();
        assertThat(source.out).as("in quarantine").hasValue(1);
        scribble(chunk, piece + 5);
        ArenaQuarantine.drain(0);
        assertThat(MemoryArena.totals().writesAfterRelease() - before).isEqualTo(1);
        assertThat(records).anySatisfy(record -> {
            assertThat(record.getMessage()).contains("after its release", "0x" + Long.toHexString(piece + 5), "0xde became 0x1");
            assertThat(record.getThrown()).hasMessageContaining("was closed here");
            assertThat(record.getThrown().getStackTrace()).anyMatch(frame -> frame.getMethodName()
                .equals("paranoid_reportsAWriteAfterClose_withBothStacks"));
            assertThat(record.getThrown().getCause()).hasMessageContaining("was opened here");
        });
    }

    @ParameterizedTest
    @EnumSource
    void paranoid_reportsAWriteAfterReset_andServesFromOtherMemory(ArenaKind kind) {
        long before = MemoryArena.totals().writesAfterRelease();
        MemoryArena arena = arena(kind, Checks.PARANOID);
        long stale = arena.allocate(64);
        ArenaChunk chunk = TestArenas.regionOf(arena).enter(arena, stale, 8);
        TestArenas.regionOf(arena).leave();
        arena.reset();
        long piece = arena.allocate(64);
        assertThatThrownBy(() -> arena.putLong(stale, 1)).as("also by the arena's own check")
            .isInstanceOf(IndexOutOfBoundsException.class);
        scribble(chunk, stale);
        arena.putLong(piece, 7);
        ArenaQuarantine.drain(0);
        assertThat(MemoryArena.totals().writesAfterRelease() - before).isEqualTo(1);
        arena.close();
        ArenaQuarantine.drain(0);
        assertThat(MemoryArena.totals().writesAfterRelease() - before).as("a clean close reports nothing").isEqualTo(1);
    }

    @Test
    void dump_listsLiveArenas_byWhereTheyWereOpened() {
        try (MemoryArena paranoid = arena(ArenaKind.SHARED, Checks.PARANOID);
             MemoryArena basic = arena(ArenaKind.CONFINED, Checks.BASIC)) {
            assertThat(MemoryArena.dumpOutstanding()).doesNotContain("dump_listsLiveArenas");
            paranoid.allocate(8);
            basic.allocate(8);
            assertThat(MemoryArena.dumpOutstanding()).contains("dump_listsLiveArenas_byWhereTheyWereOpened",
                "1 with 1 chunks, 4096 bytes", "was not recorded (checks BASIC)");
        }
        assertThat(MemoryArena.dumpOutstanding()).doesNotContain("dump_listsLiveArenas");
    }

    @Test
    void sampled_keepsTheStackOfOneIn128() {
        int kept = 0;
        for (int i = 0; i < 1280; i++) {
            try (MemoryArena arena = arena(ArenaKind.CONFINED, Checks.SAMPLED)) {
                kept += TestArenas.regionOf(arena).site != null ? 1 : 0;
            }
        }
        assertThat(kept).isEqualTo(10);
    }

    @Test
    void deadOwner_isReportedWithItsSite() throws Exception {
        TestPools.inThread(index -> arena(ArenaKind.CONFINED, Checks.PARANOID).allocate(8));
        ArenaWatch.sweep();
        TestPools.await("the report", () -> records.stream().anyMatch(record ->
            record.getMessage().contains("was left open by thread \"test-0\"") && record.getMessage().contains("ArenaChecksTest")));
        ArenaQuarantine.drain(0);
    }

    @Test
    void deadOwner_withoutASite_saysHowToGetOne() throws Exception {
        TestPools.inThread(index -> arena(ArenaKind.CONFINED, Checks.BASIC).allocate(8));
        ArenaWatch.sweep();
        TestPools.await("the report", () -> records.stream().anyMatch(record ->
            record.getMessage().contains("was left open") && record.getMessage().contains("checks(Checks.PARANOID)")));
    }

    @ParameterizedTest
    @EnumSource
    void off_stillStaysInItsChunks(ArenaKind kind) {
        try (MemoryArena arena = arena(kind, Checks.OFF)) {
            long piece = arena.allocate(16);
            arena.putLong(piece, 3);
            assertThat(arena.getLong(piece)).isEqualTo(3);
            assertThatThrownBy(() -> arena.getLong(piece + TestArenas.CHUNK)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void reuse_isCounted() {
        ArenaTotals before = MemoryArena.totals();
        for (int i = 0; i < 10; i++) {
            try (MemoryArena arena = arena(ArenaKind.SHARED, Checks.BASIC)) {
                arena.allocate(8);
            }
        }
        ArenaTotals after = MemoryArena.totals();
        assertThat(after.arenasOpened() - before.arenasOpened()).isEqualTo(10);
        assertThat(after.chunksTaken() - before.chunksTaken()).isEqualTo(10);
        assertThat(after.chunksReused() - before.chunksReused()).isEqualTo(9);
        assertThat(after.reuseRate()).isBetween(0.0, 1.0);
    }
}
