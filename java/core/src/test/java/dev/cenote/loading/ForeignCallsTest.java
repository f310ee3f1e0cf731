package dev.cenote.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cenote.binding.NativeCalls;
import dev.cenote.binding.NativeLoader;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The calls without JNI: every function, its types, and the same library behind them as behind JNI. */
class ForeignCallsTest {

    /** The native library runs where the tests of a native backend do. */
    private static NativeCalls ffm() {
        assumeTrue(Runtime.version().feature() >= 22, "no java.lang.foreign");
        assumeTrue(!"java".equals(System.getProperty("cenote.test.backend", "java")), "a run without the native library");
        return NativeLoader.loadForeign();
    }

    private static String constant(String method) {
        return method.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    /** As the handle has it: a text is an address. */
    private static String type(Method method) throws ClassNotFoundException {
        Class<?> result = method.getReturnType() == String.class ? Class.forName("java.lang.foreign.MemorySegment")
            : method.getReturnType();
        return MethodType.methodType(result, method.getParameterTypes()).toString();
    }

    @Test
    void handles_areTheFunctionsOfTheInterface() throws Exception {
        Class<?> calls = ffm().getClass();
        Map<String, String> expected = new TreeMap<>();
        for (Method method : NativeCalls.class.getDeclaredMethods()) {
            if (!method.getName().equals("view")) {
                expected.put(constant(method.getName()), type(method));
            }
        }
        Map<String, String> handles = new TreeMap<>();
        for (Field field : calls.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == MethodHandle.class) {
                field.setAccessible(true);
                handles.put(field.getName(), ((MethodHandle) field.get(null)).type().toString());
            }
        }
        assertThat(handles).isEqualTo(expected);
    }

    @Test
    void handlesOfOneInterface_areHandlesOfTheOther() {
        NativeCalls ffm = ffm();
        NativeCalls jni = NativeLoader.load();
        long pool = jni.poolOpen(64, 0, 1 << 20, 0, 4, NativeCalls.NUMA_LOCAL, 0, 0, Long.MAX_VALUE, 0, 0);
        assertThat(pool).isPositive();
        long window = ffm.allocate(-1, 512, 128, NativeCalls.ZEROED);
        assertThat(window).isPositive();
        try {
            assertThat(ffm.magazineGet(pool, window, 4)).isEqualTo(4);
            assertThat(jni.magazinePut(pool, window, 4)).isZero();
            assertThat(ffm.poolChunkBase(pool, 0)).isEqualTo(jni.poolChunkBase(pool, 0)).isPositive();
            assertThat(ffm.view(window, 8).order()).isEqualTo(jni.view(window, 8).order());
            assertThat(ffm.view(window, 16).getInt(8)).isEqualTo(jni.view(window, 16).getInt(8));
        } finally {
            assertThat(jni.free(-1, window, 512, 128)).isZero();
            assertThat(ffm.poolClose(pool)).isEqualTo(1);
            assertThat(ffm.poolDestroy(pool)).isZero();
        }
        assertThat(ffm.poolClose(pool)).isEqualTo(jni.poolClose(pool)).isNegative();
    }

    @Test
    void textsAndConstants_areThoseOfJni() {
        NativeCalls ffm = ffm();
        NativeCalls jni = NativeLoader.load();
        for (int code = -60; code <= 1; code++) {
            assertThat(ffm.errorText(code)).isEqualTo(jni.errorText(code));
        }
        assertThat(ffm.errorText(-12)).isNotBlank();
        assertThat(ffm.errorText(12345)).isNull();
        assertThat(ffm.abiVersion()).isEqualTo(NativeCalls.ABI_VERSION);
        assertThat(ffm.cpuCheck()).isEqualTo(jni.cpuCheck());
        assertThat(ffm.nodeCount()).isEqualTo(jni.nodeCount());
        assertThat(ffm.nodeHere()).isBetween(0, 1024);
        assertThat(ffm.containerLimit()).isEqualTo(jni.containerLimit());
        assertThat(ffm.containerUsed()).isNotNegative();
        assertThat(ffm.usableBytes(100, 0)).isEqualTo(jni.usableBytes(100, 0));
        assertThat(ffm.histogramFloor(3)).isEqualTo(jni.histogramFloor(3));
    }

    @Test
    void view_checksItsBounds() {
        NativeCalls ffm = ffm();
        assertThatThrownBy(() -> ffm.view(0, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ffm.view(64, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ffm.view(64, 1L << 31)).isInstanceOf(IllegalArgumentException.class);
    }
}
