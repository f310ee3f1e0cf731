package dev.cenote.gateway.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every memory kind owes the gateway. */
class MessageMemoryTest {
    private static final MemorySettings SETTINGS = new MemorySettings(4096, false, 64 << 20);

    static Stream<MemoryKind> kinds() {
        return MemoryKinds.all().stream().filter(kind -> !List.of("leaking", "overlapping").contains(kind.id()));
    }

    @Test
    void all_isEveryKindOfTheComparison_inOrder() {
        assertThat(kinds().map(MemoryKind::id)).containsExactly(
                "heap", "direct", "netty-pooled", "netty-adaptive", "netty-adaptive-all", "cenote-java", "cenote-jni", "cenote-netty");
    }

    @Test
    void of_unknownName_namesTheKindsThereAre() {
        assertThatThrownBy(() -> MemoryKinds.of("swap")).hasMessageContaining("'swap'").hasMessageContaining("netty-pooled");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void pieces_holdWhatWasAppended_andComeBackFromAnotherThread(MemoryKind kind) throws Exception {
        try (MessageMemory memory = kind.open(SETTINGS)) {
            Random random = new Random(7);
            List<Piece> pieces = new ArrayList<>();
            List<byte[]> wanted = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                Piece piece = memory.take(10_000);
                int bytes = 1 + random.nextInt(Math.min(4096, piece.room()));
                byte[] content = new byte[bytes];
                random.nextBytes(content);
                ByteBuf source = Unpooled.wrappedBuffer(content);
                piece.append(source, bytes / 2);
                piece.append(source, bytes - bytes / 2);
                pieces.add(piece);
                wanted.add(content);
            }
            assertThat(memory.outstanding()).isEqualTo(500);
            Thread downstream = new Thread(() -> {
                for (int i = 0; i < pieces.size(); i++) {
                    ByteBuffer content = pieces.get(i).content();
                    byte[] got = new byte[content.remaining()];
                    content.get(got);
                    if (java.util.Arrays.equals(got, wanted.get(i))) {
                        pieces.get(i).release();
                    }
                }
            });
            downstream.start();
            downstream.join();
            assertThat(memory.outstanding()).as("pieces whose content was wrong").isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void content_canBeReadTwice(MemoryKind kind) {
        try (MessageMemory memory = kind.open(SETTINGS)) {
            Piece piece = memory.take(3);
            piece.append(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}), 3);
            ByteBuffer once = piece.content();
            once.position(once.limit());
            assertThat(piece.content().remaining()).isEqualTo(3);
            piece.release();
        }
    }

    @Test
    void wholeBodies_giveOnePiece() {
        MemorySettings whole = new MemorySettings(4096, true, 64 << 20);
        for (String id : List.of("heap", "direct", "netty-pooled", "netty-adaptive")) {
            try (MessageMemory memory = MemoryKinds.of(id).open(whole)) {
                Piece piece = memory.take(100_000);
                assertThat(piece.room()).as(id).isEqualTo(100_000);
                piece.release();
            }
        }
    }
}
