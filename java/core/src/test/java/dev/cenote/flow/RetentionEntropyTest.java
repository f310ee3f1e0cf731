package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RetentionEntropyTest {

    @Test
    void oneBucket_isCertain() {
        assertThat(RetentionEntropy.bits(new long[] {0, 1000, 0})).isZero();
        assertThat(RetentionEntropy.bits(new long[] {1})).isZero();
    }

    @Test
    void nothing_isCertain() {
        assertThat(RetentionEntropy.bits(new long[8])).isZero();
        assertThat(RetentionEntropy.bits(new long[0])).isZero();
    }

    @Test
    void evenSpread_isTheLogarithmOfTheBuckets() {
        assertThat(RetentionEntropy.bits(new long[] {5, 5})).isEqualTo(1, within(1e-12));
        assertThat(RetentionEntropy.bits(new long[] {7, 0, 7, 7, 7})).isEqualTo(2, within(1e-12));
    }

    @Test
    void shannonsOwnExample() {
        /* 1948, section 6: probabilities 1/2, 1/3, 1/6 */
        assertThat(RetentionEntropy.bits(new long[] {3, 2, 1}))
            .isEqualTo(-(0.5 * Math.log(0.5) + Math.log(1 / 3.0) / 3 + Math.log(1 / 6.0) / 6) / Math.log(2), within(1e-12));
    }

    @Test
    void anyHistogram_agreesWithTheDefinition() {
        Random random = new Random(1);
        for (int round = 0; round < 1000; round++) {
            long[] counts = random.longs(1 + random.nextInt(64), 0, 1L << random.nextInt(1, 40)).toArray();
            double total = 0;
            for (long count : counts) {
                total += count;
            }
            double bits = 0;
            for (long count : counts) {
                bits -= count == 0 ? 0 : count / total * Math.log(count / total) / Math.log(2);
            }
            assertThat(RetentionEntropy.bits(counts)).isEqualTo(bits, within(1e-9));
        }
    }
}
