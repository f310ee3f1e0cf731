package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Arenas that are closed together, also when one of them cannot be.
 */
class ArenaGroupTest {

    @Test
    void close_closesAll_andIsIdempotent() {
        ArenaGroup group = new ArenaGroup("test");
        MemoryArena first = group.add(MemoryArena.builder().countAllocations(true).build());
        MemoryArena second = group.add(MemoryArena.shared());
        assertThat(group.add(first)).isSameAs(first);
        assertThat(group.size()).isEqualTo(2);
        first.allocate(8);
        second.allocate(8);
        assertThat(group.stats()).extracting(MemoryArenaStats::allocations).containsExactly(1L, 1L);
        group.close();
        assertThat(first.isOpen()).isFalse();
        assertThat(second.isOpen()).isFalse();
        group.close();
        assertThat(group).asString().contains("closed");
        MemoryArena late = MemoryArena.shared();
        assertThatThrownBy(() -> group.add(late)).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThat(late.isOpen()).isTrue();
        late.close();
    }

    @Test
    void arenasThatFail_doNotKeepOthersOpen_andTheRightThreadMayTryAgain() throws Exception {
        ArenaGroup group = new ArenaGroup("test");
        MemoryArena mine = group.add(MemoryArena.confined());
        AtomicReference<MemoryArena> closedBefore = new AtomicReference<>(group.add(MemoryArena.shared()));
        MemoryArena shared = group.add(MemoryArena.shared());
        mine.allocate(8);
        closedBefore.get().close();
        TestPools.inThread(index -> assertThatThrownBy(group::close).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("not every arena").hasMessageContaining("closed before")
            .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1)
                .allSatisfy(other -> assertThat(other).hasMessageContaining("confined to thread"))));
        assertThat(shared.isOpen()).isFalse();
        assertThat(mine.isOpen()).isTrue();
        assertThat(group.size()).isEqualTo(1);
        group.close();
        assertThat(mine.isOpen()).isFalse();
    }
}
