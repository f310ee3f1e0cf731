package dev.cenote.bench.peer;

import java.nio.ByteBuffer;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/** Apache Commons Pool 2 with direct buffers, LIFO, JMX and eviction off. */
final class CommonsPool extends BufferPeer {

    private final GenericObjectPool<ByteBuffer> pool;

    CommonsPool(int bytes) throws Exception {
        super(bytes);
        GenericObjectPoolConfig<ByteBuffer> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(ENTRIES);
        config.setMaxIdle(ENTRIES);
        config.setJmxEnabled(false);
        pool = new GenericObjectPool<>(new Factory(bytes), config);
        pool.addObjects(ENTRIES);
    }

    @Override
    protected ByteBuffer get() {
        try {
            return pool.borrowObject();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected void put(ByteBuffer block) {
        pool.returnObject(block);
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class Factory extends BasePooledObjectFactory<ByteBuffer> {
        private final int bytes;

        Factory(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public ByteBuffer create() {
            return ByteBuffer.allocateDirect(bytes);
        }

        @Override
        public PooledObject<ByteBuffer> wrap(ByteBuffer block) {
            return new DefaultPooledObject<>(block);
        }
    }

}
