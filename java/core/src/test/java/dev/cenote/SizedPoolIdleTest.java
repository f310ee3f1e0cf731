package dev.cenote;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A thread that took much, gave it back and does nothing since: its memory goes back all the same.
 */
@Timeout(300)
class SizedPoolIdleTest {

    private static final long BURST_BYTES = 48L << 20;
    /** Two magazines of slabs, 8 MiB, and the chunks in which the thread's few addresses lie. */
    private static final long LEFT_BYTES_MAX = 16L << 20;

    /** In any order: else the addresses that the thread keeps lie side by side, and keep little. */
    @ParameterizedTest
    @ValueSource(ints = {16, 64, 256, 1024, 4096, 32768})
    void whatAnIdleThreadFreed_goesBack(int bytes) throws Exception {
        assumeTrue(TestPools.hasAddresses());
        try (SizedPool pool = SizedPool.builder().name("idle").backend(TestPools.BACKEND).maximumBytes(1 << 28)
                .retainFor(Duration.ofMillis(200)).build()) {
            long[] addresses = new long[(int) (BURST_BYTES / bytes)];
            for (int i = 0; i < addresses.length; i++) {
                addresses[i] = pool.allocate(bytes);
            }
            shuffle(addresses);
            for (long address : addresses) {
                pool.free(address, bytes);
            }
            TestPools.await("the burst's memory, given back", () -> pool.stats().bytesCommitted() <= LEFT_BYTES_MAX);
        }
    }

    private static void shuffle(long[] addresses) {
        Random random = new Random(addresses.length);
        for (int i = addresses.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            long one = addresses[i];
            addresses[i] = addresses[other];
            addresses[other] = one;
        }
    }
}
