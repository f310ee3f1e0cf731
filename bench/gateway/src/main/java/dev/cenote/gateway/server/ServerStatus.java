package dev.cenote.gateway.server;

/**
 * The gateway's figures at one moment, counted since its start; sent to the parent process as one line of JSON.
 *
 * @param begun              messages begun
 * @param answered           messages answered with 200
 * @param bytes              body bytes of those
 * @param released           messages whose memory was given back
 * @param refused            messages refused for want of memory or a slow downstream
 * @param corrupt            messages whose bytes were not, or not any more, those that were sent
 * @param malformed          requests that were no message
 * @param outstanding        pieces of memory not given back, as the memory under test counts them
 * @param growths            times it asked the system for more, negative when it cannot tell
 * @param heldBytes          bytes it holds outside the heap, negative when it cannot tell
 * @param heapAllocatedBytes bytes allocated on the Java heap, see {@link dev.cenote.gateway.meter.HeapMeter}
 */
public record ServerStatus(long begun, long answered, long bytes, long released, long refused, long corrupt, long malformed,
                           long outstanding, long growths, long heldBytes, long heapAllocatedBytes) {
    /** Messages whose memory is still held. */
    public long held() {
        return begun - released;
    }
}
