package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.ArenaKind;
import dev.cenote.ArenaLimitException;
import dev.cenote.MemoryArena;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Pieces of arenas as buffers, with and without the check that they are not used too late.
 */
class ArenaBuffersTest {

    @ParameterizedTest
    @EnumSource(ArenaKind.class)
    void piece_isTheArenasMemory(ArenaKind kind) {
        try (MemoryArena arena = TestMemory.arena(kind).build()) {
            UnsafeBuffer flyweight = new UnsafeBuffer();
            Wrap.piece(flyweight, arena, 100);
            flyweight.putLong(8, 42);
            assertThat(flyweight.capacity()).isEqualTo(100);
            flyweight.verifyAlignment();
            if (TestMemory.hasAddresses() && kind != ArenaKind.AUTOMATIC) {
                assertThat(arena.getLong(flyweight.addressOffset() + 8)).isEqualTo(42);
                assertThat(flyweight.byteBuffer()).isNull();
            } else {
                assertThat(flyweight.byteBuffer().capacity()).isEqualTo(100);
            }
            Wrap.piece(flyweight, arena, 32, 4096);
            assertThat(flyweight.addressOffset() % 4096).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(ArenaKind.class)
    void pieces_doNotOverlap(ArenaKind kind) {
        try (ArenaBuffers buffers = new ArenaBuffers(TestMemory.arena(kind).build())) {
            List<UnsafeBuffer> given = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                UnsafeBuffer buffer = buffers.allocate(1 + i % 200);
                buffer.setMemory(0, buffer.capacity(), (byte) i);
                given.add(buffer);
            }
            assertThat(buffers.size()).isEqualTo(3000);
            for (int i = 0; i < given.size(); i++) {
                for (int at = 0; at < given.get(i).capacity(); at++) {
                    if (given.get(i).getByte(at) != (byte) i) {
                        throw new AssertionError("piece " + i + " was overwritten at " + at);
                    }
                }
            }
        }
    }

    @Test
    void reset_takesEveryBufferOff() {
        try (ArenaBuffers buffers = new ArenaBuffers(TestMemory.arena(ArenaKind.CONFINED).build())) {
            UnsafeBuffer stale = buffers.allocate(64);
            stale.putInt(0, 1);
            buffers.reset();
            assertThat(buffers.size()).isZero();
            assertThat(stale.capacity()).isZero();
            assertThatThrownBy(() -> stale.putInt(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            UnsafeBuffer next = buffers.allocate(64);
            next.putInt(0, 3);
            assertThatThrownBy(() -> stale.getInt(0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(next.getInt(0)).isEqualTo(3);
        }
    }

    @Test
    void close_takesEveryBufferOffAndClosesTheArena() {
        MemoryArena arena = TestMemory.arena(ArenaKind.SHARED).build();
        ArenaBuffers buffers = new ArenaBuffers(arena);
        UnsafeBuffer stale = buffers.allocate(64);
        assertThat(buffers.arena()).isSameAs(arena);
        buffers.close();
        assertThat(arena.isOpen()).isFalse();
        assertThatThrownBy(() -> stale.getByte(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffers.allocate(64)).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(buffers::close).isInstanceOf(IllegalStateException.class);
        assertThat(buffers.toString()).contains("0 over", "agrona-arena");
    }

    @Test
    void refusedPiece_leavesTheFlyweight() {
        try (MemoryArena arena = TestMemory.arena(ArenaKind.CONFINED).limitBytes(1 << 20).build()) {
            UnsafeBuffer flyweight = new UnsafeBuffer(new byte[3]);
            assertThatThrownBy(() -> Wrap.piece(flyweight, arena, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Wrap.piece(flyweight, arena, -5)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Wrap.piece(flyweight, arena, 8, 3)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Wrap.piece(flyweight, arena, 1 << 25)).isInstanceOf(ArenaLimitException.class);
            assertThat(flyweight.capacity()).isEqualTo(3);
        }
    }

    @Test
    void automaticArena_flyweightKeepsItsMemory() {
        UnsafeBuffer flyweight = new UnsafeBuffer();
        Wrap.piece(flyweight, TestMemory.arena(ArenaKind.AUTOMATIC).build(), 64);
        flyweight.putLong(0, 7);
        System.gc(); /* the arena may go now; what the flyweight holds may not */
        assertThat(flyweight.getLong(0)).isEqualTo(7);
        assertThat(flyweight.byteBuffer()).isNotNull();
    }
}
