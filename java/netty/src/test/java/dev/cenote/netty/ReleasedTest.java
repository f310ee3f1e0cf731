package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ByteProcessor;
import io.netty.util.IllegalReferenceCountException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls every public method of {@link ByteBuf} on a released buffer: all refuse but those that ask nothing of the memory.
 * Methods that a later Netty adds are called too.
 */
class ReleasedTest extends ContractTest {

    /** What only tells or moves indices, and views whose own use is refused. */
    private static final Set<String> HARMLESS = Set.of("alloc", "arrayOffset", "asByteBuf", "asReadOnly", "capacity", "clear", "equals",
        "getClass", "hasArray", "hasMemoryAddress", "isContiguous", "isDirect", "isReadOnly", "isReadable", "isWritable",
        "markReaderIndex", "markWriterIndex", "maxCapacity", "maxFastWritableBytes", "maxWritableBytes", "nioBufferCount",
        "notify", "notifyAll", "order", "readableBytes", "readerIndex", "refCnt", "resetReaderIndex", "resetWriterIndex",
        "setIndex", "toString", "touch", "unwrap", "wait", "writableBytes", "writerIndex");

    @TempDir
    Path folder;

    /** An argument that a live buffer of some hundred readable bytes would take; the first of several numbers is an index. */
    private static Object argument(Class<?> type, boolean index, FileChannel file) {
        if (type == int.class) {
            return index ? 0 : 1;
        }
        if (type == long.class) {
            return 0L;
        }
        if (type == byte.class) {
            return (byte) 0;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == float.class) {
            return 0f;
        }
        if (type == double.class) {
            return 0d;
        }
        if (type == byte[].class) {
            return new byte[4];
        }
        if (type == ByteBuf.class) {
            return Unpooled.buffer(8, 8).writeInt(1);
        }
        if (type == ByteBuffer.class) {
            return ByteBuffer.allocate(4);
        }
        if (type == InputStream.class) {
            return new ByteArrayInputStream(new byte[4]);
        }
        if (type == OutputStream.class) {
            return new ByteArrayOutputStream();
        }
        if (type == FileChannel.class || type == GatheringByteChannel.class || type == ScatteringByteChannel.class) {
            return file;
        }
        if (type == Charset.class) {
            return StandardCharsets.UTF_8;
        }
        if (type == CharSequence.class) {
            return "x";
        }
        if (type == ByteProcessor.class) {
            return (ByteProcessor) value -> true;
        }
        if (type == ByteOrder.class) {
            return ByteOrder.BIG_ENDIAN;
        }
        throw new AssertionError("no argument for a parameter of " + type);
    }

    /** What did not refuse. */
    private Set<String> allowed(ByteBuf released, FileChannel file) throws IllegalAccessException {
        Set<String> allowed = new TreeSet<>();
        int called = 0;
        for (Method method : ByteBuf.class.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || HARMLESS.contains(method.getName())
                    || method.getName().equals("compareTo") || method.getName().equals("hashCode")) {
                continue; /* the last two read what is readable, which is nothing after a release in some kinds */
            }
            Class<?>[] types = method.getParameterTypes();
            Object[] arguments = new Object[types.length];
            for (int i = 0; i < types.length; i++) {
                arguments[i] = argument(types[i], i == 0 && types.length > 1, file);
            }
            called++;
            try {
                method.invoke(released, arguments);
                allowed.add(method.toString());
            } catch (InvocationTargetException e) {
                if (!(e.getCause() instanceof IllegalReferenceCountException)) {
                    allowed.add(method + " threw " + e.getCause());
                }
            }
        }
        assertThat(called).as("methods called").isGreaterThan(140);
        return allowed;
    }

    @Test
    void everyMethod_isRefused() throws Exception {
        try (FileChannel file = open()) {
            ByteBuf buffer = make(CAPACITY).writeBytes(bytes(CAPACITY, 1));
            assertThat(buffer.release()).isTrue();
            Set<String> allowed = allowed(buffer, file);
            allowed.removeIf(method -> noMemoryOfThatKind(method) || kind.isComposite() && method.contains("internalNioBuffer"));
            if (!kind.isOurs()) { /* some of Netty's own search an array without looking at the count */
                allowed.removeIf(method -> method.contains("indexOf") || method.contains("bytesBefore"));
            }
            assertThat(allowed).isEmpty();
            assertThat(buffer.refCnt()).isZero();
            assertThat(buffer.toString()).contains("freed");
        }
    }

    private boolean noMemoryOfThatKind(String method) {
        return method.contains("UnsupportedOperationException") && (method.contains("array") || method.contains("memoryAddress"));
    }

    @Test
    void views_areRefusedWithTheirBuffer() throws Exception {
        try (FileChannel file = open()) {
            ByteBuf buffer = make(CAPACITY).writeBytes(bytes(CAPACITY, 1));
            List<ByteBuf> views = List.of(buffer.slice(), buffer.slice(3, 40), buffer.duplicate(),
                buffer.readSlice(20), buffer.slice(10, 50).slice(1, 20), buffer.slice(10, 50).duplicate(),
                buffer.duplicate().slice(), buffer.duplicate().duplicate());
            ByteBuf readOnly = buffer.asReadOnly();
            assertThat(views.get(3).release()).as("any view may give up the only reference").isTrue();
            for (ByteBuf view : views) {
                assertThat(view.refCnt()).isZero();
                assertThatThrownBy(() -> view.getByte(0)).isInstanceOf(IllegalReferenceCountException.class);
                assertThatThrownBy(view::readByte).isInstanceOf(IllegalReferenceCountException.class);
                assertThatThrownBy(view::slice).isInstanceOf(IllegalReferenceCountException.class);
                assertThatThrownBy(view::duplicate).isInstanceOf(IllegalReferenceCountException.class);
                assertThatThrownBy(view::retain).isInstanceOf(IllegalReferenceCountException.class);
                assertThatThrownBy(view::release).isInstanceOf(IllegalReferenceCountException.class);
                assertThatThrownBy(() -> view.getBytes(0, file, 0L, 1)).isInstanceOf(IllegalReferenceCountException.class);
                assertThatThrownBy(() -> view.nioBuffer(0, 1)).isInstanceOf(IllegalReferenceCountException.class);
            }
            assertThatThrownBy(() -> readOnly.getByte(0)).isInstanceOf(IllegalReferenceCountException.class);
        }
    }

    @Test
    void end_isSeenByOtherThreads() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            ByteBuf buffer = make(4);
            List<Object> seen = new ArrayList<>();
            boolean all = i % 2 == 0;
            Thread releaser = new Thread(() -> {
                seen.add(all ? buffer.release(buffer.refCnt()) : buffer.release());
                Thread looker = new Thread(() -> seen.add(buffer.refCnt()));
                looker.start();
                try {
                    looker.join();
                } catch (InterruptedException e) {
                    seen.add(e);
                }
            });
            releaser.start();
            releaser.join();
            assertThat(seen).containsExactly(true, 0);
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    }
}
