package dev.cenote.bench.region;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.system.jemalloc.JEmalloc;

/** What runs on every JDK: LWJGL's stack and its jemalloc, Netty's allocators, objects on the heap. */
final class OtherRegions {

    private OtherRegions() {
    }

    /** Cannot grow, be shared, or check. */
    static final class LwjglStack extends RegionPeer {
        private final MemoryStack stack = MemoryStack.create(1 << 16);

        @Override
        public void batch(int[] sizes, int from) {
            stack.push();
            for (int i = 0; i < PIECES; i++) {
                MemoryUtil.memPutLong(stack.nmalloc(8, sizes[from + i]), i);
            }
            stack.pop();
        }
    }

    static final class LwjglJemalloc extends RegionPeer {
        private final long[] pieces = new long[PIECES];

        @Override
        public void batch(int[] sizes, int from) {
            for (int i = 0; i < PIECES; i++) {
                long piece = JEmalloc.nje_malloc(sizes[from + i]);
                MemoryUtil.memPutLong(piece, i);
                pieces[i] = piece;
            }
            for (long piece : pieces) {
                JEmalloc.nje_free(piece);
            }
        }
    }

    /** Byte arrays, which the collector frees. */
    static final class Heap extends RegionPeer {
        private final byte[][] pieces = new byte[PIECES][];

        @Override
        public void batch(int[] sizes, int from) {
            for (int i = 0; i < PIECES; i++) {
                byte[] piece = new byte[sizes[from + i]];
                piece[0] = (byte) i;
                pieces[i] = piece;
            }
        }
    }

    /** Slices of a direct buffer that is used again. */
    static final class BufferSlices extends RegionPeer {
        private final ByteBuffer region = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.nativeOrder());

        @Override
        public void batch(int[] sizes, int from) {
            int at = 0;
            for (int i = 0; i < PIECES; i++) {
                region.slice(at, sizes[from + i]).order(ByteOrder.nativeOrder()).putLong(0, i);
                at += sizes[from + i] + 7 & -8;
            }
        }
    }

    abstract static class Netty extends RegionPeer {
        private final ByteBufAllocator allocator;
        private final ByteBuf[] pieces = new ByteBuf[PIECES];

        Netty(ByteBufAllocator allocator) {
            this.allocator = allocator;
        }

        @Override
        public final void batch(int[] sizes, int from) {
            for (int i = 0; i < PIECES; i++) {
                ByteBuf piece = allocator.directBuffer(sizes[from + i], sizes[from + i]);
                piece.setLong(0, i);
                pieces[i] = piece;
            }
            for (ByteBuf piece : pieces) {
                piece.release();
            }
        }
    }

    static final class NettyPooled extends Netty {
        NettyPooled() {
            super(new PooledByteBufAllocator(true));
        }
    }

    static final class NettyAdaptive extends Netty {
        NettyAdaptive() {
            super(new AdaptiveByteBufAllocator(true));
        }
    }
}
