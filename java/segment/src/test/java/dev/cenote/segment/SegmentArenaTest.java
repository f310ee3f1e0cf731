package dev.cenote.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.ArenaKind;
import dev.cenote.ArenaLimitException;
import dev.cenote.MemoryArena;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the documentation of {@code java.lang.foreign.Arena} and {@code SegmentAllocator} demands, and the reset. */
class SegmentArenaTest {

    private static final int ROUNDS = 150;
    private static final int LONG = 30_000;

    private static SegmentArena open(ArenaKind kind) {
        return SegmentArena.of(MemoryArena.builder().backend(Tests.BACKEND).kind(kind).name("test").build());
    }

    private static boolean isZero(MemorySegment segment) {
        for (long i = 0; i < segment.byteSize(); i++) {
            if (segment.get(ValueLayout.JAVA_BYTE, i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Closes what can be closed. */
    private static void end(SegmentArena arena, ArenaKind kind) {
        if (kind != ArenaKind.AUTOMATIC) {
            arena.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void segments_haveTheirSize_areAligned_zeroed_andDoNotOverlap(ArenaKind kind) {
        SegmentArena arena = open(kind);
        Random random = new Random(1);
        List<MemorySegment> all = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            long bytes = random.nextInt(300);
            long alignment = 1L << random.nextInt(8);
            MemorySegment segment = arena.allocate(bytes, alignment);
            assertThat(segment.byteSize()).isEqualTo(bytes);
            assertThat(segment.address() % alignment).isZero();
            assertThat(isZero(segment)).isTrue();
            segment.fill((byte) i);
            all.add(segment);
        }
        for (int i = 0; i < all.size(); i++) {
            for (long at = 0; at < all.get(i).byteSize(); at++) {
                assertThat(all.get(i).get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) i);
            }
        }
        end(arena, kind);
    }

    @ParameterizedTest
    @EnumSource
    void memoryThatWasUsedBefore_isZeroedAgain(ArenaKind kind) {
        for (int round = 0; round < 3; round++) {
            SegmentArena arena = open(kind);
            for (int i = 0; i < 100; i++) {
                MemorySegment segment = arena.allocate(1000);
                assertThat(isZero(segment)).as("round %d, segment %d", round, i).isTrue();
                segment.fill((byte) -1);
            }
            end(arena, kind);
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrongRequests_areIllegalArguments(ArenaKind kind) {
        SegmentArena arena = open(kind);
        assertThatThrownBy(() -> arena.allocate(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
        assertThatThrownBy(() -> arena.allocate(8, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.allocate(8, -16)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.allocate(8, 12)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("power of two");
        assertThatThrownBy(() -> arena.allocate(Long.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.allocate(1, 1L << 40)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.allocate(ValueLayout.JAVA_LONG, Long.MAX_VALUE))
            .isInstanceOf(IllegalArgumentException.class); /* the size overflows */
        assertThat(arena.allocate(16).byteSize()).isEqualTo(16);
        end(arena, kind);
    }

    @ParameterizedTest
    @EnumSource
    void emptySegments_areAlignedAndDistinct(ArenaKind kind) {
        SegmentArena arena = open(kind);
        MemorySegment one = arena.allocate(0, 64);
        MemorySegment two = arena.allocate(0, 64);
        assertThat(one.byteSize()).isZero();
        assertThat(one.address() % 64).isZero();
        assertThat(one.address()).isNotEqualTo(two.address());
        assertThatThrownBy(() -> one.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        end(arena, kind);
    }

    @ParameterizedTest
    @EnumSource(names = "AUTOMATIC", mode = EnumSource.Mode.EXCLUDE)
    void close_endsTheScope_andEverySegment(ArenaKind kind) {
        SegmentArena arena = open(kind);
        MemorySegment segment = arena.allocate(64);
        MemorySegment slice = segment.asSlice(8, 8);
        assertThat(arena.scope().isAlive()).isTrue();
        assertThat(segment.scope()).isEqualTo(arena.scope());
        arena.close();
        assertThat(arena.scope().isAlive()).isFalse();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> slice.set(ValueLayout.JAVA_LONG, 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> arena.allocate(8)).isInstanceOf(IllegalStateException.class).hasMessageContaining("test");
        assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(arena::reset).isInstanceOf(IllegalStateException.class);
        assertThat(arena.toString()).contains("closed");
    }

    @Test
    void confined_isForItsThreadAlone() throws Exception {
        SegmentArena arena = open(ArenaKind.CONFINED);
        MemorySegment segment = arena.allocate(64);
        assertThat(Tests.inThread(() -> arena.allocate(8))).isInstanceOf(WrongThreadException.class)
            .hasMessageContaining("confined");
        assertThat(Tests.inThread(() -> segment.get(ValueLayout.JAVA_BYTE, 0))).isInstanceOf(WrongThreadException.class);
        assertThat(Tests.inThread(arena::close)).isInstanceOf(WrongThreadException.class);
        assertThat(Tests.inThread(arena::reset)).isInstanceOf(WrongThreadException.class);
        segment.set(ValueLayout.JAVA_LONG, 0, 1); /* nothing has changed */
        assertThat(arena.allocate(8).byteSize()).isEqualTo(8);
        arena.close();
    }

    @ParameterizedTest
    @EnumSource(names = "CONFINED", mode = EnumSource.Mode.EXCLUDE)
    void theOthers_areForAllThreads(ArenaKind kind) throws Exception {
        SegmentArena arena = open(kind);
        MemorySegment segment = arena.allocate(64);
        assertThat(Tests.inThread(() -> segment.set(ValueLayout.JAVA_LONG, 0, 42))).isNull();
        assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        assertThat(Tests.inThread(() -> arena.allocate(1000).fill((byte) 1))).isNull();
        if (kind != ArenaKind.AUTOMATIC) {
            assertThat(Tests.inThread(arena::close)).isNull();
            assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CONFINED", "SHARED", "PER_THREAD"})
    void reset_endsTheSegments_andUsesTheMemoryAgain(ArenaKind kind) {
        try (SegmentArena arena = open(kind)) {
            MemorySegment before = arena.allocate(64);
            long address = before.address();
            before.fill((byte) 7);
            arena.reset();
            assertThatThrownBy(() -> before.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
            MemorySegment after = arena.allocate(64);
            assertThat(after.address()).isEqualTo(address);
            assertThat(isZero(after)).isTrue();
            assertThat(after.scope()).isEqualTo(arena.scope()).isNotEqualTo(before.scope());
        }
    }

    @Test
    void automatic_canBeNeitherClosedNorReset() {
        SegmentArena arena = open(ArenaKind.AUTOMATIC);
        assertThatThrownBy(arena::close).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(arena::reset).isInstanceOf(UnsupportedOperationException.class);
        assertThat(arena.allocate(8).byteSize()).isEqualTo(8);
    }

    @Test
    void automatic_livesAsLongAsASegment_andNoLonger() throws Exception {
        MemoryArena memory = MemoryArena.builder().backend(Tests.BACKEND).kind(ArenaKind.AUTOMATIC).name("test").build();
        WeakReference<MemoryArena> gone = new WeakReference<>(memory);
        MemorySegment segment = SegmentArena.of(memory).allocate(64);
        memory = null;
        for (int i = 0; i < 10; i++) {
            System.gc();
            Thread.sleep(5);
        }
        assertThat(gone.get()).as("a segment keeps its memory").isNotNull();
        segment.set(ValueLayout.JAVA_LONG, 0, 5);
        assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(5);
        segment = null;
        for (int tries = 0; !gone.refersTo(null); tries++) {
            assertThat(tries).as("the memory of an unreachable arena stays").isLessThan(600);
            System.gc();
            Thread.sleep(10);
        }
    }

    @Test
    void limit_isTheMemorysException() {
        try (SegmentArena arena = SegmentArena.of(MemoryArena.builder().backend(Tests.BACKEND).name("small")
                .limitBytes(1 << 16).build())) {
            assertThatThrownBy(() -> {
                for (int i = 0; i < 100; i++) {
                    arena.allocate(4096);
                }
            }).isInstanceOf(ArenaLimitException.class).hasMessageContaining("small");
        }
    }

    @Test
    void closedMemory_isRefused() {
        MemoryArena memory = MemoryArena.confined();
        memory.close();
        assertThatThrownBy(() -> SegmentArena.of(memory)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void factories_openTheirKind_andTheArenaServesItsClients() {
        for (SegmentArena arena : List.of(SegmentArena.confined(), SegmentArena.shared(), SegmentArena.perThread())) {
            try (Arena used = arena) {
                assertThat(used.allocateFrom("text").getString(0)).isEqualTo("text");
                assertThat(used.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3).getAtIndex(ValueLayout.JAVA_LONG, 1)).isEqualTo(2);
                assertThat(used.allocate(ValueLayout.JAVA_INT, 10).byteSize()).isEqualTo(40);
                assertThat(arena.stats().kind()).isIn(ArenaKind.CONFINED, ArenaKind.SHARED, ArenaKind.PER_THREAD);
            }
        }
        assertThat(SegmentArena.automatic().allocate(8).byteSize()).isEqualTo(8);
    }

    /** What {@code qsort} calls while it is inside of the segment. */
    private static int endWithin(List<SegmentArena> arena, List<Throwable> thrown, MemorySegment one, MemorySegment two) {
        for (Runnable end : List.<Runnable>of(arena.get(0)::reset, arena.get(0)::close)) {
            try {
                end.run();
            } catch (Throwable e) {
                thrown.add(e);
            }
        }
        return 0;
    }

    @ParameterizedTest
    @EnumSource(names = {"CONFINED", "SHARED", "PER_THREAD"})
    @SuppressWarnings("restricted")
    void segmentInNativeCode_keepsTheArenaAsItIs(ArenaKind kind) throws Throwable {
        SegmentArena arena = open(kind);
        MemorySegment segment = arena.allocate(16);
        List<Throwable> thrown = new ArrayList<>();
        Linker linker = Linker.nativeLinker();
        MethodHandle comparator = MethodHandles.insertArguments(MethodHandles.lookup().findStatic(SegmentArenaTest.class,
            "endWithin", MethodType.methodType(int.class, List.class, List.class, MemorySegment.class, MemorySegment.class)),
            0, List.of(arena), thrown);
        MethodHandle sort = linker.downcallHandle(linker.defaultLookup().find("qsort").orElseThrow(),
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try (Arena stubs = Arena.ofConfined()) {
            MemorySegment stub = linker.upcallStub(comparator,
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS), stubs);
            sort.invokeExact(segment, 2L, 8L, stub);
        }
        assertThat(thrown).hasSizeGreaterThanOrEqualTo(2).allMatch(IllegalStateException.class::isInstance);
        segment.set(ValueLayout.JAVA_LONG, 0, 1); /* alive, and the memory its own */
        assertThat(arena.allocate(16).address()).isNotEqualTo(segment.address());
        arena.close();
    }

    /** Threads allocate, write their mark and read it back while another resets: no segment that lives is written to. */
    @ParameterizedTest
    @EnumSource(names = {"SHARED", "PER_THREAD"})
    @Timeout(120)
    void resetAmongAllocations_neverTouchesALivingSegment(ArenaKind kind) throws Exception {
        SegmentArena arena = open(kind);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong whole = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 1; t <= 3; t++) {
            byte mark = (byte) t;
            Thread thread = new Thread(() -> {
                try {
                    while (!stop.get()) {
                        if (keepsItsMark(arena, mark)) {
                            whole.incrementAndGet();
                        }
                    }
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (int round = 0; round < ROUNDS && failure.get() == null; round++) {
            arena.reset();
            for (long before = whole.get(); whole.get() - before < round % 4 && failure.get() == null;) {
                Thread.onSpinWait(); /* some resets at once, some after a while */
            }
        }
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        arena.close();
        assertThat(failure.get()).as("of a thread that allocated; %d segments were whole", whole.get()).isNull();
    }

    /** {@return false when a reset ended the segment, or came before it} */
    private static boolean keepsItsMark(SegmentArena arena, byte mark) {
        try {
            MemorySegment segment = arena.allocate(LONG); /* long: the zeroing is under way when the reset comes */
            segment.fill(mark);
            for (long i = 0; i < LONG; i += 64) {
                byte seen = segment.get(ValueLayout.JAVA_BYTE, i);
                if (seen != mark) {
                    throw new AssertionError("byte " + i + " of a living segment of " + mark + " became " + seen);
                }
            }
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
