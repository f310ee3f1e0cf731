package dev.cenote.gateway.memory;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Blocks of one {@link BlockPool}, taken by the event loop's magazine and put back by the downstream's. */
final class CenoteMemory implements MessageMemory {
    private final BlockPool pool;

    CenoteMemory(Backend backend, MemorySettings settings) {
        pool = BlockPool.builder()
                .name("gateway")
                .blockBytes(settings.blockBytes())
                .maximumBytes(settings.maximumBytes())
                .backend(backend)
                .build();
    }

    @Override
    public Piece take(int bytes) {
        return new BlockPiece(pool.get());
    }

    /** As the pool itself counts: what is in no magazine, in no depot and not yet carved. */
    @Override
    public long outstanding() {
        return pool.stats().blocksInUse();
    }

    @Override
    public long growths() {
        return pool.stats().growths();
    }

    @Override
    public long heldBytes() {
        return pool.stats().bytesCommitted();
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class BlockPiece implements Piece {
        private final Block block;
        private final ByteBuffer view;
        private int filled;

        BlockPiece(Block block) {
            this.block = block;
            this.view = block.buffer();
        }

        @Override
        public int room() {
            return view.capacity() - filled;
        }

        @Override
        public void append(ByteBuf source, int bytes) {
            view.limit(filled + bytes).position(filled);
            source.readBytes(view);
            filled += bytes;
        }

        @Override
        public ByteBuffer content() {
            return view.position(0).limit(filled);
        }

        @Override
        public void release() {
            block.close();
        }
    }
}
