package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The arithmetic of size classes.
 */
class SizeClassesTest {

    @Test
    void everySize_fitsItsClassAndNotTheOneBelow() {
        for (long bytes = 1; bytes <= 1 << 21; bytes++) {
            int index = SizeClasses.of(bytes);
            assertThat(SizeClasses.bytes(index) >= bytes && (index == 0 || SizeClasses.bytes(index - 1) < bytes))
                .as("%d bytes, class %d", bytes, index).isTrue();
        }
    }

    @Test
    void classes_riseAndLieOn16Bytes() {
        for (int index = 0; index < 300; index++) {
            long bytes = SizeClasses.bytes(index);
            assertThat(bytes % 16).isZero();
            assertThat(SizeClasses.bytes(index + 1)).isGreaterThan(bytes);
            assertThat(SizeClasses.of(bytes)).isEqualTo(index);
            assertThat(SizeClasses.of(bytes + 1)).isEqualTo(index + 1);
        }
    }

    @Test
    void waste_isAtMostAnEighthAbove128Bytes() {
        for (long bytes = 129; bytes <= 1 << 21; bytes++) {
            long given = SizeClasses.bytes(SizeClasses.of(bytes));
            assertThat((given - bytes) * 8 <= given).as("%d of %d bytes", bytes, given).isTrue();
        }
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long bytes = 129 + (random.nextLong() >>> (3 + random.nextInt(52)));
            long given = SizeClasses.bytes(SizeClasses.of(bytes));
            assertThat(given - bytes <= given / 8).as("%d of %d bytes", bytes, given).isTrue();
        }
    }

    @Test
    void alignedClasses_areMultiplesOfTheAlignment() {
        Random random = new Random(8);
        for (int i = 0; i < 100_000; i++) {
            long bytes = 1 + random.nextInt(1 << 20);
            long alignment = 1L << random.nextInt(13);
            long given = SizeClasses.bytes(SizeClasses.of(bytes, alignment));
            assertThat(given >= bytes && given % Math.min(alignment, given) == 0).isTrue();
            assertThat(given % alignment).as("%d bytes aligned to %d", bytes, alignment).isZero();
        }
    }
}
