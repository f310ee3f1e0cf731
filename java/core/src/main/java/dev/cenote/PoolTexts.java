package dev.cenote;

import dev.cenote.internal.StoreCode;
import org.jspecify.annotations.Nullable;

/**
 * Texts of what went wrong: what happened, the numbers, what to do.
 */
final class PoolTexts {

    private PoolTexts() {
    }

    static PoolExhaustedException exhausted(BlockPool pool, StoreCode code) {
        BlockPoolStats stats = pool.stats();
        String what = "pool \"" + pool.name() + "\" has no block of " + pool.blockBytes() + " bytes left: ";
        String state = " (" + stats.blocksInUse() + " in use, " + stats.blocksFree() + " free in other threads' magazines, "
            + stats.bytesCommitted() + " of " + pool.maximumBytes() + " bytes in service)";
        return new PoolExhaustedException(what + switch (code) {
            case EXHAUSTED -> "it is at its maximum" + state + ". Put blocks back, wait with get(Duration), or raise"
                + " maximumBytes";
            case FROZEN -> "its growth is frozen" + state + ". Put blocks back, or call thaw()";
            case ENOMEM -> "the system refused memory" + state + ". Free memory, check "
                + (pool.backend() == Backend.JAVA ? "-XX:MaxDirectMemorySize, " : "") + "ulimit -v and"
                + " vm.max_map_count, or lower maximumBytes";
            case BUDGET -> "another chunk would come too near to the container's memory limit, where the kernel kills"
                + state + ". Lower maximumBytes or raise the container's limit";
            case BUSY -> "another thread has been growing it for over a second" + state + ". The system maps memory very"
                + " slowly; use initialBytes to prepare memory ahead";
            default -> "the store answered " + code + state;
        });
    }

    static PoolClosedException closed(BlockPool pool) {
        return new PoolClosedException("pool \"" + pool.name() + "\" is closed; open another one");
    }

    static CenoteException putFailed(BlockPool pool, int code) {
        if (code == StoreCode.NOHANDLE.value()) {
            return closed(pool);
        }
        return new CenoteException("pool \"" + pool.name() + "\" could not take a magazine of blocks back: "
            + StoreCode.of(code) + ", no memory for its bookkeeping. The block is still yours; put it again when memory is"
            + " free.");
    }

    /** Says why a block was not taken back. */
    static RuntimeException refused(BlockPool pool, @Nullable Block block) {
        if (block == null) {
            return new NullPointerException("pool \"" + pool.name() + "\" was given null instead of a block");
        }
        if (block.pool != pool) {
            return new ForeignEntryException("block " + block.number + " belongs to pool \"" + block.pool.name()
                + "\" and was given to pool \"" + pool.name() + "\"; call close() on the block, or put it into its own pool");
        }
        String text = "block " + block.number + " was put into pool \"" + pool.name() + "\" and is not out";
        if (pool.isClosed()) {
            return new PoolClosedException(text + "; the pool is closed");
        }
        return new DoublePutException(text + ": it was put twice, or used by someone who does not own it");
    }

    static CenoteException openFailed(BlockPoolBuilder builder, StoreCode code) {
        String what = "pool \"" + builder.name() + "\" could not be opened: ";
        String sizes = " (initialBytes " + builder.initialBytes() + ", maximumBytes " + builder.maximumBytes() + ")";
        return new CenoteException(what + switch (code) {
            case ENOMEM -> "the system refused memory" + sizes + ". Lower initialBytes, free memory, or check ulimit -v";
            case BUDGET -> "initialBytes do not fit under the container's memory limit" + sizes
                + ". Lower initialBytes or raise the limit";
            case ENODEV -> "there is no NUMA node " + builder.numaPolicy().node() + ". Nodes are numbered from 0;"
                + " `numactl --hardware` lists them";
            case EIO -> "the file that should back it could not be opened, sized or mapped" + sizes
                + ". Check the path, its permissions and the room on its file system";
            case TOOMANY -> "4096 pools are open, or about 250 pools with files were opened in this process,"
                + " whose addresses are kept to its end. Close some; keep pools with files open instead of opening them again";
            case EINVAL -> "the native core refused an option" + sizes;
            case ENOTSUP -> "memory that a file backs needs the jni or the ffm backend. Leave file() out, or use Backend.JNI";
            default -> "the store answered " + code;
        });
    }
}
