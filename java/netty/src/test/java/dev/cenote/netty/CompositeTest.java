package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Netty's composites over our buffers, direct and heap: which part is released when, and where a consolidated one gets its memory.
 */
class CompositeTest {

    private CenoteByteBufAllocator allocator;

    @BeforeEach
    void open() {
        allocator = Kind.builder().name("composites").build();
    }

    @AfterEach
    void nothingStaysTaken() {
        assertThat(used()).isZero();
        allocator.close();
    }

    private long used() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    private CompositeByteBuf empty(boolean direct, int components) {
        return direct ? allocator.compositeDirectBuffer(components) : allocator.compositeHeapBuffer(components);
    }

    private ByteBuf part(boolean direct, String text) {
        ByteBuf part = direct ? allocator.directBuffer(text.length()) : allocator.heapBuffer(text.length());
        part.writeCharSequence(text, StandardCharsets.US_ASCII);
        return part;
    }

    private CompositeByteBuf of(boolean direct, String... texts) {
        CompositeByteBuf composite = empty(direct, 16);
        for (String text : texts) {
            composite.addComponent(true, part(direct, text));
        }
        return composite;
    }

    private static String text(ByteBuf buffer) {
        return buffer.toString(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void consolidation_makesOnePartOfOurs(boolean direct) {
        CompositeByteBuf composite = of(direct, "one,", "two,", "three,", "four");
        composite.consolidate(1, 2);
        assertThat(composite.numComponents()).isEqualTo(3);
        assertThat(text(composite)).isEqualTo("one,two,three,four");
        assertThat(text(composite.component(1))).isEqualTo("two,three,");
        composite.consolidate();
        assertThat(composite.numComponents()).isEqualTo(1);
        assertThat(text(composite)).isEqualTo("one,two,three,four");
        assertThat(composite.internalComponent(0).alloc()).isSameAs(allocator);
        assertThat(composite.isDirect()).isEqualTo(direct);
        assertThat(composite.hasArray()).isEqualTo(!direct);
        composite.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void partsAboveTheMaximum_areJoined(boolean direct) {
        CompositeByteBuf composite = empty(direct, 4);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            expected.append(i);
            composite.addComponent(true, part(direct, Integer.toString(i)));
            assertThat(composite.numComponents()).isLessThanOrEqualTo(4);
        }
        assertThat(text(composite)).isEqualTo(expected.toString());
        composite.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void removedParts_areReleased(boolean direct) {
        ByteBuf[] parts = {part(direct, "aaa"), part(direct, "bbb"), part(direct, "ccc"), part(direct, "ddd")};
        CompositeByteBuf composite = empty(direct, 8).addComponents(true, parts);
        composite.removeComponent(1);
        assertThat(parts[1].refCnt()).isZero();
        assertThat(composite.capacity()).isEqualTo(9);
        composite.setIndex(0, 9);
        assertThat(text(composite)).isEqualTo("aaacccddd");
        composite.removeComponents(0, 2);
        assertThat(parts[0].refCnt() + parts[2].refCnt()).isZero();
        assertThat(parts[3].refCnt()).isEqualTo(1);
        composite.release();
        assertThat(parts[3].refCnt()).isZero();
        assertThatThrownBy(() -> composite.getByte(0)).isInstanceOf(IllegalReferenceCountException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readParts_areGivenBack(boolean direct) {
        ByteBuf[] parts = {part(direct, "aaaa"), part(direct, "bbbb"), part(direct, "cccc")};
        CompositeByteBuf composite = empty(direct, 8).addComponents(true, parts);
        composite.readerIndex(5).discardReadComponents();
        assertThat(parts[0].refCnt()).isZero();
        assertThat(parts[1].refCnt()).isEqualTo(1);
        assertThat(text(composite)).isEqualTo("bbbcccc");
        composite.discardReadBytes();
        assertThat(composite.readerIndex()).isZero();
        assertThat(text(composite)).isEqualTo("bbbcccc");
        composite.readerIndex(composite.writerIndex()).discardSomeReadBytes();
        assertThat(composite.numComponents()).isZero();
        assertThat(used()).isZero();
        composite.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void views_outliveTheComposite(boolean direct) {
        CompositeByteBuf composite = of(direct, "head;", "body;", "tail");
        ByteBuf across = composite.retainedSlice(3, 9);
        ByteBuf read = composite.readRetainedSlice(5);
        List<ByteBuf> pieces = new ArrayList<>(composite.decompose(6, 6));
        pieces.forEach(ByteBuf::retain);
        ByteBuf copy = composite.copy();
        assertThat(copy.alloc()).isSameAs(allocator);
        assertThat(composite.release()).isFalse();
        assertThat(text(across)).isEqualTo("d;body;ta");
        across.release();
        assertThat(text(read)).isEqualTo("head;");
        read.release();
        assertThat(pieces).hasSize(2);
        assertThat(text(pieces.get(0)) + text(pieces.get(1))).isEqualTo("ody;ta");
        pieces.forEach(ByteBuf::release);
        assertThat(text(copy)).isEqualTo("body;tail");
        copy.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nestedParts_areFlattened_andWritesGoOn(boolean direct) {
        CompositeByteBuf inner = of(direct, "in", "ner");
        CompositeByteBuf composite = of(direct, "out,").addFlattenedComponents(true, inner);
        assertThat(composite.numComponents()).isEqualTo(3);
        composite.writeCharSequence(",more", StandardCharsets.US_ASCII);
        assertThat(text(composite)).isEqualTo("out,inner,more");
        ByteBuffer[] views = composite.nioBuffers(2, 6);
        assertThat(views.length).isEqualTo(3);
        assertThat(composite.nioBuffer(2, 6).remaining()).isEqualTo(6);
        assertThat(ByteBufUtil.getBytes(composite, 2, 6)).isEqualTo("t,inne".getBytes(StandardCharsets.US_ASCII));
        composite.release();
    }
}
