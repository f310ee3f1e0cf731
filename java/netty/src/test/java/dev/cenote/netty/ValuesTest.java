package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * Single values of every width, sign and byte order: what is stored where, and what happens at each bound.
 */
class ValuesTest extends ContractTest {

    private interface Get {
        long get(ByteBuf buffer, int index);
    }

    private interface Set {
        void set(ByteBuf buffer, int index, long value);
    }

    /** One family of accessors; {@code signed} tells how many low bits a get gives back, and with which sign. */
    private record Access(String name, int width, boolean little, boolean signed, Get get, Set set,
            ToLongFunction<ByteBuf> read, BiConsumer<ByteBuf, Long> write) {

        long expected(long value) {
            int shift = 64 - 8 * width;
            return signed ? value << shift >> shift : value << shift >>> shift;
        }

        byte[] encoded(long value) {
            byte[] bytes = new byte[width];
            for (int i = 0; i < width; i++) {
                bytes[i] = (byte) (value >>> 8 * (little ? i : width - 1 - i));
            }
            return bytes;
        }
    }

    private static List<Access> all() {
        List<Access> all = new ArrayList<>();
        all.add(new Access("byte", 1, false, true, ByteBuf::getByte, (b, i, v) -> b.setByte(i, (int) v), ByteBuf::readByte,
            (b, v) -> b.writeByte(v.intValue())));
        all.add(new Access("unsigned byte", 1, false, false, ByteBuf::getUnsignedByte, (b, i, v) -> b.setByte(i, (int) v),
            ByteBuf::readUnsignedByte, (b, v) -> b.writeByte(v.intValue())));
        all.add(new Access("short", 2, false, true, ByteBuf::getShort, (b, i, v) -> b.setShort(i, (int) v),
            ByteBuf::readShort, (b, v) -> b.writeShort(v.intValue())));
        all.add(new Access("short LE", 2, true, true, ByteBuf::getShortLE, (b, i, v) -> b.setShortLE(i, (int) v),
            ByteBuf::readShortLE, (b, v) -> b.writeShortLE(v.intValue())));
        all.add(new Access("unsigned short", 2, false, false, ByteBuf::getUnsignedShort, (b, i, v) -> b.setShort(i, (int) v),
            ByteBuf::readUnsignedShort, (b, v) -> b.writeShort(v.intValue())));
        all.add(new Access("unsigned short LE", 2, true, false, ByteBuf::getUnsignedShortLE,
            (b, i, v) -> b.setShortLE(i, (int) v), ByteBuf::readUnsignedShortLE, (b, v) -> b.writeShortLE(v.intValue())));
        all.add(new Access("char", 2, false, false, ByteBuf::getChar, (b, i, v) -> b.setChar(i, (int) v), ByteBuf::readChar,
            (b, v) -> b.writeChar(v.intValue())));
        all.add(new Access("medium", 3, false, true, ByteBuf::getMedium, (b, i, v) -> b.setMedium(i, (int) v),
            ByteBuf::readMedium, (b, v) -> b.writeMedium(v.intValue())));
        all.add(new Access("medium LE", 3, true, true, ByteBuf::getMediumLE, (b, i, v) -> b.setMediumLE(i, (int) v),
            ByteBuf::readMediumLE, (b, v) -> b.writeMediumLE(v.intValue())));
        all.add(new Access("unsigned medium", 3, false, false, ByteBuf::getUnsignedMedium,
            (b, i, v) -> b.setMedium(i, (int) v), ByteBuf::readUnsignedMedium, (b, v) -> b.writeMedium(v.intValue())));
        all.add(new Access("unsigned medium LE", 3, true, false, ByteBuf::getUnsignedMediumLE,
            (b, i, v) -> b.setMediumLE(i, (int) v), ByteBuf::readUnsignedMediumLE, (b, v) -> b.writeMediumLE(v.intValue())));
        all.add(new Access("int", 4, false, true, ByteBuf::getInt, (b, i, v) -> b.setInt(i, (int) v), ByteBuf::readInt,
            (b, v) -> b.writeInt(v.intValue())));
        all.add(new Access("int LE", 4, true, true, ByteBuf::getIntLE, (b, i, v) -> b.setIntLE(i, (int) v),
            ByteBuf::readIntLE, (b, v) -> b.writeIntLE(v.intValue())));
        all.add(new Access("unsigned int", 4, false, false, ByteBuf::getUnsignedInt, (b, i, v) -> b.setInt(i, (int) v),
            ByteBuf::readUnsignedInt, (b, v) -> b.writeInt(v.intValue())));
        all.add(new Access("unsigned int LE", 4, true, false, ByteBuf::getUnsignedIntLE,
            (b, i, v) -> b.setIntLE(i, (int) v), ByteBuf::readUnsignedIntLE, (b, v) -> b.writeIntLE(v.intValue())));
        all.add(new Access("float", 4, false, true, (b, i) -> Float.floatToRawIntBits(b.getFloat(i)),
            (b, i, v) -> b.setFloat(i, Float.intBitsToFloat((int) v)), b -> Float.floatToRawIntBits(b.readFloat()),
            (b, v) -> b.writeFloat(Float.intBitsToFloat(v.intValue()))));
        all.add(new Access("float LE", 4, true, true, (b, i) -> Float.floatToRawIntBits(b.getFloatLE(i)),
            (b, i, v) -> b.setFloatLE(i, Float.intBitsToFloat((int) v)), b -> Float.floatToRawIntBits(b.readFloatLE()),
            (b, v) -> b.writeFloatLE(Float.intBitsToFloat(v.intValue()))));
        all.add(new Access("long", 8, false, true, ByteBuf::getLong, ByteBuf::setLong, ByteBuf::readLong,
            ByteBuf::writeLong));
        all.add(new Access("long LE", 8, true, true, ByteBuf::getLongLE, ByteBuf::setLongLE, ByteBuf::readLongLE,
            ByteBuf::writeLongLE));
        all.add(new Access("double", 8, false, true, (b, i) -> Double.doubleToRawLongBits(b.getDouble(i)),
            (b, i, v) -> b.setDouble(i, Double.longBitsToDouble(v)), b -> Double.doubleToRawLongBits(b.readDouble()),
            (b, v) -> b.writeDouble(Double.longBitsToDouble(v))));
        all.add(new Access("double LE", 8, true, true, (b, i) -> Double.doubleToRawLongBits(b.getDoubleLE(i)),
            (b, i, v) -> b.setDoubleLE(i, Double.longBitsToDouble(v)), b -> Double.doubleToRawLongBits(b.readDoubleLE()),
            (b, v) -> b.writeDoubleLE(Double.longBitsToDouble(v))));
        return all;
    }

    /** No NaN among them: the bits of a NaN may change on the way through a float. */
    private static final long[] VALUES = {0, 1, -1, 0x7f, 0x80, 0xff, 0x1234, 0x8000, 0x123456, 0x800000, 0x12345678,
        0x0102030405060708L, 0x4002030405068788L, 0x3ff0000000000001L};

    private static boolean isNan(Access access, long value) {
        return access.name.startsWith("float") && Float.isNaN(Float.intBitsToFloat((int) value))
            || access.name.startsWith("double") && Double.isNaN(Double.longBitsToDouble(value));
    }

    @Test
    void setAndGet_atEveryIndex_storeInTheOrderTheyName() {
        ByteBuf buffer = make(CAPACITY);
        for (Access access : all()) {
            for (int index = 0; index <= CAPACITY - access.width; index++) {
                long value = VALUES[index % VALUES.length];
                if (isNan(access, value)) {
                    continue;
                }
                access.set.set(buffer, index, value);
                byte[] stored = new byte[access.width];
                buffer.getBytes(index, stored);
                assertThat(stored).as("%s at %d", access.name, index).isEqualTo(access.encoded(value));
                assertThat(access.get.get(buffer, index)).as("%s at %d", access.name, index).isEqualTo(access.expected(value));
            }
        }
        assertThat(buffer.readerIndex()).isZero();
        assertThat(buffer.writerIndex()).isZero();
    }

    @Test
    void setAndGet_outsideTheCapacity_throw() {
        ByteBuf buffer = make(CAPACITY);
        for (Access access : all()) {
            for (int index : new int[] {-1, Integer.MIN_VALUE, CAPACITY - access.width + 1, CAPACITY, Integer.MAX_VALUE}) {
                assertThatThrownBy(() -> access.get.get(buffer, index)).as("%s at %d", access.name, index)
                    .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> access.set.set(buffer, index, 1)).as("%s at %d", access.name, index)
                    .isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    @Test
    void writeAndRead_moveTheIndices() {
        for (Access access : all()) {
            ByteBuf buffer = make(CAPACITY);
            List<Long> written = new ArrayList<>();
            for (long value : VALUES) {
                if (!isNan(access, value)) {
                    access.write.accept(buffer, value);
                    written.add(value);
                }
            }
            assertThat(buffer.writerIndex()).isEqualTo(written.size() * access.width);
            for (long value : written) {
                assertThat(access.read.applyAsLong(buffer)).as(access.name).isEqualTo(access.expected(value));
            }
            assertThat(buffer.isReadable()).isFalse();
            int end = buffer.readerIndex();
            assertThatThrownBy(() -> access.read.applyAsLong(buffer)).isInstanceOf(IndexOutOfBoundsException.class);
            buffer.writerIndex(end + access.width - 1);
            assertThatThrownBy(() -> access.read.applyAsLong(buffer)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(buffer.readerIndex()).isEqualTo(end);
        }
    }

    @Test
    void write_beyondTheCapacity_grows() {
        for (Access access : all()) {
            ByteBuf buffer = make(10);
            buffer.writeBytes(bytes(10, 3));
            access.write.accept(buffer, 0x12L);
            assertThat(buffer.capacity()).isGreaterThanOrEqualTo(10 + access.width);
            assertThat(access.get.get(buffer, 10)).as(access.name).isEqualTo(access.expected(0x12));
            assertThat(buffer.writerIndex()).isEqualTo(10 + access.width);
            buffer.writerIndex(10);
            assertThat(content(buffer)).isEqualTo(bytes(10, 3));
        }
    }

    @Test
    void write_beyondTheMaximum_throwsAndChangesNothing() {
        if (kind.isComposite()) {
            return; /* has no maximum */
        }
        for (Access access : all()) {
            ByteBuf buffer = make(0, access.width - 1);
            assertThatThrownBy(() -> access.write.accept(buffer, 1L)).as(access.name)
                .isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(buffer.writerIndex()).isZero();
            assertThat(buffer.capacity()).isZero();
        }
    }

    @Test
    void booleans_areOneByte() {
        ByteBuf buffer = make(CAPACITY);
        buffer.setBoolean(0, true).setBoolean(1, false).setByte(2, 5);
        assertThat(buffer.getBoolean(0)).isTrue();
        assertThat(buffer.getByte(0)).isEqualTo((byte) 1);
        assertThat(buffer.getBoolean(1)).isFalse();
        assertThat(buffer.getBoolean(2)).isTrue();
        buffer.writeBoolean(true).writeBoolean(false);
        assertThat(buffer.readBoolean()).isTrue();
        assertThat(buffer.readBoolean()).isFalse();
        assertThatThrownBy(buffer::readBoolean).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getBoolean(CAPACITY)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setBoolean(-1, true)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void valuesBesideAValue_staySo() {
        byte[] before = bytes(CAPACITY, 5);
        for (Access access : all()) {
            ByteBuf buffer = make(CAPACITY).setBytes(0, before);
            access.set.set(buffer, 101, 0x2222222222222222L);
            byte[] after = new byte[CAPACITY];
            buffer.getBytes(0, after);
            for (int i = 0; i < CAPACITY; i++) {
                assertThat(after[i]).isEqualTo(i >= 101 && i < 101 + access.width ? 0x22 : before[i]);
            }
        }
    }
}
