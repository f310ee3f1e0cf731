package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cenote.probe.MemoryProbe;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Memory by address: there on JDK 22 and later, and only with the grant; it never draws a warning of its own. This JVM runs
 * with the grant where there is one to give (the POM).
 */
class NativeMemoryTest {

    private static final int BYTES = 256;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());

    private static long address(ByteBuffer buffer) throws Exception {
        assumeTrue(NativeMemory.DIRECT, "memory is direct on JDK 22 and later");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        return (long) segment.getMethod("address").invoke(segment.getMethod("ofBuffer", Buffer.class).invoke(null, buffer));
    }

    @Test
    void memory_isDirectFromJdk22On() {
        assertThat(NativeMemory.DIRECT).isEqualTo(Runtime.version().feature() >= 22);
    }

    @Test
    void withoutIt_everyMethodSaysWhatToAsk() {
        assumeTrue(!NativeMemory.DIRECT, "memory is not direct before JDK 22");
        List<Runnable> calls = List.of(() -> NativeMemory.getByte(1), () -> NativeMemory.putByte(1, (byte) 0),
            () -> NativeMemory.getShort(1), () -> NativeMemory.putShort(1, (short) 0), () -> NativeMemory.getInt(1),
            () -> NativeMemory.putInt(1, 0), () -> NativeMemory.getLong(1), () -> NativeMemory.putLong(1, 0),
            () -> NativeMemory.copy(1, 2, 3), () -> NativeMemory.copy(new byte[1], 0, 1, 1),
            () -> NativeMemory.copy(1, new byte[1], 0, 1), () -> NativeMemory.set(1, 1, (byte) 0));
        assertThat(calls).allSatisfy(call -> assertThatThrownBy(call::run)
            .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("Ask NativeMemory.DIRECT first"));
    }

    @Test
    void values_areThoseOfTheBuffer_atAnyAlignment() throws Exception {
        long address = address(buffer);
        Random random = new Random(1);
        for (int offset = 0; offset <= BYTES - Long.BYTES; offset++) {
            long value = random.nextLong();
            NativeMemory.putLong(address + offset, value);
            assertThat(buffer.getLong(offset)).isEqualTo(value).isEqualTo(NativeMemory.getLong(address + offset));
            NativeMemory.putInt(address + offset, (int) (value >> 1));
            assertThat(buffer.getInt(offset)).isEqualTo((int) (value >> 1)).isEqualTo(NativeMemory.getInt(address + offset));
            NativeMemory.putShort(address + offset, (short) (value >> 2));
            assertThat(buffer.getShort(offset)).isEqualTo((short) (value >> 2))
                .isEqualTo(NativeMemory.getShort(address + offset));
            NativeMemory.putByte(address + offset, (byte) (value >> 3));
            assertThat(buffer.get(offset)).isEqualTo((byte) (value >> 3)).isEqualTo(NativeMemory.getByte(address + offset));
        }
    }

    @Test
    void copy_movesOverlappingBytesToo() throws Exception {
        long address = address(buffer);
        for (int i = 0; i < BYTES; i++) {
            buffer.put(i, (byte) i);
        }
        NativeMemory.copy(address, address + 3, 100);
        for (int i = 0; i < BYTES; i++) {
            assertThat(buffer.get(i)).as("byte %d", i).isEqualTo((byte) (i >= 3 && i < 103 ? i - 3 : i));
        }
        NativeMemory.copy(address, address + 200, 0);
        assertThat(buffer.get(200)).isEqualTo((byte) 200);
    }

    @Test
    void copy_exchangesWithArrays_andChecksThem() throws Exception {
        long address = address(buffer);
        byte[] array = {1, 2, 3, 4, 5};
        NativeMemory.copy(array, 1, address + 7, 3);
        assertThat(new byte[] {buffer.get(6), buffer.get(7), buffer.get(8), buffer.get(9), buffer.get(10)})
            .containsExactly(0, 2, 3, 4, 0);
        NativeMemory.copy(address + 7, array, 2, 3);
        assertThat(array).containsExactly(1, 2, 2, 3, 4);
        assertThatThrownBy(() -> NativeMemory.copy(array, 3, address, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> NativeMemory.copy(address, array, -1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void set_fillsAsManyBytes() throws Exception {
        long address = address(buffer);
        NativeMemory.set(address + 10, 20, (byte) -1);
        for (int i = 0; i < BYTES; i++) {
            assertThat(buffer.get(i)).as("byte %d", i).isEqualTo((byte) (i >= 10 && i < 30 ? -1 : 0));
        }
        NativeMemory.set(address, 0, (byte) 1);
        assertThat(buffer.get(0)).isZero();
    }

    @Test
    void negativeAddress_isRefused() {
        assumeTrue(NativeMemory.DIRECT, "memory is direct on JDK 22 and later");
        assertThatThrownBy(() -> NativeMemory.getLong(-8)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static String probe(int version, List<String> options, String... arguments) throws Exception {
        Optional<Path> home = Jvm.homeOfAtLeast(version);
        assumeTrue(home.isPresent() && Jvm.hasClassesFor22(), "no JDK " + version + " or later, or not built with it");
        List<String> command = new ArrayList<>(options);
        command.addAll(List.of("-Dcenote.native.path=" + home.get().resolve("lib/libextnet.so"),
            "-cp", Jvm.classPath22(), MemoryProbe.class.getName()));
        command.addAll(List.of(arguments));
        Jvm.Outcome outcome = Jvm.run(home.get(), command);
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        return outcome.output();
    }

    @Test
    void denied_itIsOff_silently() throws Exception {
        assertThat(probe(24, List.of("--illegal-native-access=deny"))).isEqualTo("direct false\n");
    }

    @Test
    void denied_theLoaderSaysWhatToDo_andItIsOff() throws Exception {
        assertThat(probe(24, List.of("--illegal-native-access=deny"), "load")).isEqualTo("NATIVE_ACCESS\ndirect false\n");
    }

    @Test
    void notGranted_itIsOff_silently() throws Exception {
        assertThat(probe(22, List.of())).isEqualTo("direct false\n");
    }

    @Test
    void notGranted_theLoadDrawsTheOneWarning_andItIsOn() throws Exception {
        List<String> lines = probe(24, List.of(), "load").lines().toList();
        assertThat(lines).filteredOn(line -> line.contains("has been called by")).hasSize(1);
        assertThat(lines).filteredOn(line -> !line.isEmpty() && !line.startsWith("WARNING: "))
            .containsExactly("VERSION", "direct true");
    }

    @Test
    void granted_itIsOn_silently() throws Exception {
        assertThat(probe(22, List.of("--enable-native-access=ALL-UNNAMED"))).isEqualTo("direct true\n");
    }
}
