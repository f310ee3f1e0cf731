package dev.cenote;

/**
 * The four numbers that every pool can tell, in bytes.
 */
public interface PoolStats {

    /** {@return the name of the pool} */
    String pool();

    /** {@return bytes of entries that are taken and not yet given back} */
    long bytesInUse();

    /** {@return bytes of entries that are ready to be taken, in magazines and in the depot} */
    long bytesFree();

    /** {@return bytes of address space the pool keeps} */
    long bytesReserved();

    /** {@return bytes of memory in service: the pool's share of the process's size, touched or not} */
    long bytesCommitted();
}
