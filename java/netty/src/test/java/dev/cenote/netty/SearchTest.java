package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ByteProcessor;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Searching, comparing, hashing, and text.
 */
class SearchTest extends ContractTest {

    private ByteBuf of(String text) {
        ByteBuf made = make(text.length() + 5);
        made.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        return made;
    }

    @Test
    void indexOf_searchesBothWays() {
        ByteBuf buffer = of("abcabcabc, and then a longer tail of the text so that words of eight bytes are searched too: z");
        assertThat(buffer.indexOf(0, 9, (byte) 'b')).isEqualTo(1);
        assertThat(buffer.indexOf(2, 9, (byte) 'b')).isEqualTo(4);
        assertThat(buffer.indexOf(9, 0, (byte) 'b')).isEqualTo(7);
        assertThat(buffer.indexOf(7, 0, (byte) 'b')).isEqualTo(4);
        assertThat(buffer.indexOf(0, buffer.writerIndex(), (byte) 'z')).isEqualTo(buffer.writerIndex() - 1);
        assertThat(buffer.indexOf(0, buffer.writerIndex(), (byte) 'Q')).isEqualTo(-1);
        assertThat(buffer.indexOf(3, 3, (byte) 'a')).isEqualTo(-1);
    }

    @Test
    void bytesBefore_countsFromTheReader() {
        ByteBuf buffer = of("abcdefg").readerIndex(2);
        assertThat(buffer.bytesBefore((byte) 'e')).isEqualTo(2);
        assertThat(buffer.bytesBefore((byte) 'a')).isEqualTo(-1);
        assertThat(buffer.bytesBefore(2, (byte) 'e')).isEqualTo(-1);
        assertThat(buffer.bytesBefore(0, 3, (byte) 'b')).isEqualTo(1);
        assertThat(buffer.readerIndex()).isEqualTo(2);
        assertThatThrownBy(() -> buffer.bytesBefore(6, (byte) 'e')).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void forEachByte_visitsInOrder() {
        ByteBuf buffer = of("0123456789").readerIndex(1);
        List<Integer> seen = new ArrayList<>();
        assertThat(buffer.forEachByte(b -> seen.add(b - '0'))).isEqualTo(-1);
        assertThat(seen).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        List<Integer> back = new ArrayList<>();
        assertThat(buffer.forEachByteDesc(b -> back.add(b - '0'))).isEqualTo(-1);
        Collections.reverse(back);
        assertThat(back).isEqualTo(seen);
        assertThat(buffer.forEachByte(new ByteProcessor.IndexOfProcessor((byte) '5'))).isEqualTo(5);
        assertThat(buffer.forEachByte(6, 2, new ByteProcessor.IndexOfProcessor((byte) '5'))).isEqualTo(-1);
        assertThat(buffer.forEachByteDesc(3, 4, b -> b != '4')).isEqualTo(4);
        assertThatThrownBy(() -> buffer.forEachByte(0, 100, b -> true)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.forEachByteDesc(-1, 1, b -> true)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.forEachByte(b -> {
            throw new IllegalStateException("the processor's own");
        })).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void equality_isOfContent() {
        byte[] bytes = bytes(123, 8);
        ByteBuf buffer = make(200).writeZero(3).writeBytes(bytes).readerIndex(3);
        for (Kind other : Kind.values()) {
            ByteBuf same = later(other.buffer(150)).writeBytes(bytes);
            assertThat(buffer.equals(same)).isTrue();
            assertThat(same.equals(buffer)).isTrue();
            assertThat(buffer.hashCode()).isEqualTo(same.hashCode());
            assertThat(buffer.compareTo(same)).isZero();
            same.setByte(77, same.getByte(77) + 1);
            assertThat(buffer.equals(same)).isFalse();
            assertThat(Integer.signum(buffer.compareTo(same))).isEqualTo(-Integer.signum(same.compareTo(buffer))).isNotZero();
            same.setByte(77, buffer.getByte(80)).writerIndex(122);
            assertThat(buffer.equals(same)).isFalse();
            assertThat(buffer.compareTo(same)).isPositive();
        }
        assertThat(buffer.hashCode()).isEqualTo(Unpooled.wrappedBuffer(bytes).hashCode());
        assertThat(ByteBufUtil.equals(buffer, 3, Unpooled.wrappedBuffer(bytes), 0, 123)).isTrue();
        assertThat(buffer.equals("something else")).isFalse();
        ByteBuf high = of("\u00ff");
        assertThat(high.compareTo(of("\u0001"))).as("bytes compare unsigned").isPositive();
    }

    @Test
    void text_goesInAndOut() {
        if (!kind.takesText()) {
            return;
        }
        String text = "Zisterne \u00e4\u00f6\u00fc \u65e5\u672c \ud83d\ude00, and ascii";
        for (Charset charset : new Charset[] {StandardCharsets.UTF_8, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE}) {
            ByteBuf buffer = make(4);
            int bytes = buffer.writeCharSequence(text, charset);
            assertThat(bytes).isEqualTo(text.getBytes(charset).length);
            assertThat(buffer.toString(charset)).isEqualTo(text);
            assertThat(buffer.toString(0, bytes, charset)).isEqualTo(text);
            assertThat(content(buffer)).isEqualTo(text.getBytes(charset));
            assertThat(buffer.getCharSequence(0, bytes, charset).toString()).isEqualTo(text);
            assertThat(buffer.readCharSequence(bytes, charset).toString()).isEqualTo(text);
            assertThat(buffer.isReadable()).isFalse();
        }
        ByteBuf buffer = make(50);
        assertThat(buffer.setCharSequence(3, "plain", StandardCharsets.US_ASCII)).isEqualTo(5);
        assertThat(buffer.getCharSequence(3, 5, StandardCharsets.US_ASCII).toString()).isEqualTo("plain");
        assertThat(buffer.setCharSequence(3, "pl\u00e4in", StandardCharsets.UTF_8)).isEqualTo(6);
        assertThat(buffer.toString(3, 6, StandardCharsets.UTF_8)).isEqualTo("pl\u00e4in");
        assertThatThrownBy(() -> buffer.setCharSequence(48, "plain", StandardCharsets.UTF_8))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.readCharSequence(1, StandardCharsets.UTF_8))
            .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void nettysText_works() {
        if (!kind.takesText()) {
            return;
        }
        ByteBuf buffer = make(10);
        ByteBufUtil.writeUtf8(buffer, "caf\u00e9 \ud83d\ude00");
        ByteBufUtil.writeAscii(buffer, "tail");
        assertThat(buffer.toString(StandardCharsets.UTF_8)).isEqualTo("caf\u00e9 \ud83d\ude00tail");
        assertThat(ByteBufUtil.hexDump(buffer.slice(0, 3))).isEqualTo("636166");
        assertThat(ByteBufUtil.isText(buffer, StandardCharsets.UTF_8)).isTrue();
        assertThat(ByteBufUtil.getBytes(buffer)).isEqualTo(content(buffer));
        ByteBuf needle = of("tail");
        assertThat(ByteBufUtil.indexOf(needle, buffer)).isEqualTo(buffer.writerIndex() - 4);
        assertThat(ByteBufUtil.prettyHexDump(buffer)).contains("63 61 66");
    }
}
