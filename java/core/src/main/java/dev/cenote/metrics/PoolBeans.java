package dev.cenote.metrics;

import dev.cenote.BlockPool;
import dev.cenote.BlockPoolStats;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Puts pools into the JVM's bean server, as {@code dev.cenote:type=BlockPool,name="…"}.
 * <p>By hand, since the bean server costs a program that does not use it tens of milliseconds at start. The bean holds its pool weakly; the server
 * holds the bean, and with it our class loader, until {@link Registration#close()}.
 */
public final class PoolBeans {

    private static final String TYPE = "dev.cenote:type=BlockPool,name=";

    private PoolBeans() {
    }

    /** A bean in the server; closing takes it out. Idempotent. */
    public interface Registration extends AutoCloseable {

        /** {@return the bean's name} */
        ObjectName name();

        @Override
        void close();
    }

    /**
     * Registers a pool.
     *
     * @param pool which
     * @return takes the bean out again
     * @throws IllegalStateException if a bean of that pool name is registered already
     */
    public static Registration register(BlockPool pool) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            ObjectName name = new ObjectName(TYPE + ObjectName.quote(pool.name()));
            server.registerMBean(new Bean(pool), name);
            return new Registered(server, name);
        } catch (InstanceAlreadyExistsException e) {
            throw new IllegalStateException("a block pool named \"" + pool.name() + "\" is registered as a bean already; give pools different names, or"
                + " close the other's registration", e);
        } catch (JMException e) {
            throw new IllegalStateException("block pool \"" + pool.name() + "\" cannot be registered as a bean: " + e.getMessage(), e);
        }
    }

    private record Registered(MBeanServer server, ObjectName name) implements Registration {
        @Override
        public void close() {
            try {
                server.unregisterMBean(name);
            } catch (InstanceNotFoundException e) {
                /* it is out already */
            } catch (JMException e) {
                throw new IllegalStateException(name + " cannot be taken out of the bean server: " + e.getMessage(), e);
            }
        }
    }

    /** What the server holds. A pool that is garbage shows zeros and counts as closed. */
    private static final class Bean implements BlockPoolMXBean {
        private final WeakReference<BlockPool> pool;
        private final String name;
        private final int blockBytes;

        Bean(BlockPool pool) {
            this.pool = new WeakReference<>(pool);
            this.name = pool.name();
            this.blockBytes = pool.blockBytes();
        }

        private @Nullable BlockPoolStats stats() {
            BlockPool alive = pool.get();
            return alive == null ? null : alive.stats();
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public int getBlockBytes() {
            return blockBytes;
        }

        @Override
        public long getBytesInUse() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.bytesInUse();
        }

        @Override
        public long getBytesFree() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.bytesFree();
        }

        @Override
        public long getBytesReserved() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.bytesReserved();
        }

        @Override
        public long getBytesCommitted() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.bytesCommitted();
        }

        @Override
        public long getGets() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.gets();
        }

        @Override
        public long getPuts() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.puts();
        }

        @Override
        public long getGrowths() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.growths();
        }

        @Override
        public long getGetsRefused() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.getsRefused();
        }

        @Override
        public long getGrowthsFailed() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.growthsFailed();
        }

        @Override
        public long getGrowthNanosMax() {
            BlockPoolStats stats = stats();
            return stats == null ? 0 : stats.growthNanosMax();
        }

        @Override
        public boolean isClosed() {
            BlockPool alive = pool.get();
            return alive == null || alive.isClosed();
        }

        @Override
        public long trim() {
            BlockPool alive = pool.get();
            return alive == null ? 0 : alive.trim();
        }
    }
}
