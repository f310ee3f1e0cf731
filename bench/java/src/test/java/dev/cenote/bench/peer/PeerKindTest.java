package dev.cenote.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PeerKindTest {

    static Stream<PeerKind> runnableHere() {
        return Arrays.stream(PeerKind.values()).filter(kind -> kind.minimumJava() == 17);
    }

    @ParameterizedTest
    @MethodSource("runnableHere")
    void everyLoop_runs(PeerKind kind) {
        try (Peer shared = kind.open(4096)) {
            Peer peer = shared.forThread();
            assertThat(peer.bytes()).isEqualTo(4096);
            peer.cycle();
            peer.reserve(16);
            peer.batch(new int[] {3, 1, 0, 2});
            Ring ring = peer.newRing(16);
            peer.produce(ring, 10);
            for (int i = 0; i < 10; i++) {
                assertThat(peer.consume(ring)).isTrue();
            }
            assertThat(peer.consume(ring)).isFalse();
            peer.hold(15);
        }
    }

    @Test
    void labels_areUniqueAndFound() {
        assertThat(PeerKind.values()).extracting(PeerKind::label).doesNotHaveDuplicates();
        for (PeerKind kind : PeerKind.values()) {
            assertThat(PeerKind.byLabel(kind.label())).isSameAs(kind);
        }
        assertThatThrownBy(() -> PeerKind.byLabel("none")).hasMessageContaining("none");
    }
}
