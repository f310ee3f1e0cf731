package dev.cenote.bench.peer;

import dev.cenote.Backend;
import dev.cenote.BlockPool;

/** Cenote's raw variant: addresses, no block objects. */
final class CenoteAddresses extends AddressPeer {

    private final BlockPool pool;

    CenoteAddresses(int bytes) {
        super(bytes);
        pool = CenoteBlocks.open(bytes, Backend.JNI);
    }

    @Override
    protected long get() {
        return pool.getAddress();
    }

    @Override
    protected void put(long address) {
        pool.putAddress(address);
    }

    @Override
    public void close() {
        pool.close();
    }
}
