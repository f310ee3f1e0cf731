package dev.cenote.bench.peer;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The C library's malloc and free by critical downcalls: the cheapest native call there is. */
final class FfmMalloc extends AddressPeer {

    private static final MethodHandle MALLOC = function("malloc",
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    FfmMalloc(int bytes) {
        super(bytes);
    }

    private static MethodHandle function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type,
                Linker.Option.critical(false));
    }

    @Override
    protected long get() {
        try {
            return (long) MALLOC.invokeExact((long) bytes());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected void put(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
