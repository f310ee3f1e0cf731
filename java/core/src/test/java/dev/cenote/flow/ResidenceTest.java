package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResidenceTest {

    private static final long MILLI = 1_000_000;

    private static Residence of(long... nanos) {
        Residence made = new Residence();
        for (long each : nanos) {
            made.add(Residence.bucket(each), 1);
            made.addNanos(each);
        }
        return made;
    }

    @Test
    void bucket_holdsItsFloorAndWhatIsBelowTheNextOne() {
        for (int bucket = 0; bucket < Residence.BUCKETS; bucket++) {
            assertThat(Residence.bucket(Residence.floorNanos(bucket))).isEqualTo(bucket);
            assertThat(Residence.bucket(Math.max(0, Residence.floorNanos(bucket) - 1))).isEqualTo(Math.max(0, bucket - 1));
        }
        assertThat(Residence.bucket(-5)).isZero();
        assertThat(Residence.bucket(Long.MAX_VALUE)).isEqualTo(Residence.BUCKETS - 1);
    }

    @Test
    void percentiles_areUpperBoundsWithinHalfAPower() {
        Residence times = of(MILLI, 2 * MILLI, 3 * MILLI, 100 * MILLI);
        assertThat(times.count()).isEqualTo(4);
        assertThat(times.meanNanos()).isEqualTo(26.5 * MILLI);
        assertThat(times.percentileNanos(0.5)).isBetween(2 * MILLI, 3 * MILLI);
        assertThat(times.percentileNanos(1)).isBetween(100 * MILLI, 150 * MILLI);
    }

    @Test
    void add_isTheSameAsAllTimesInOne() {
        Residence sum = of(MILLI, 7 * MILLI);
        sum.add(of(3 * MILLI));
        sum.add(new Residence());
        assertThat(ResidenceStats.of(sum)).isEqualTo(ResidenceStats.of(of(MILLI, 7 * MILLI, 3 * MILLI)));
    }

    @Test
    void clear_leavesNone() {
        Residence times = of(MILLI);
        times.clear();
        assertThat(ResidenceStats.of(times)).isEqualTo(new ResidenceStats(0, 0, 0, 0, 0));
    }
}
