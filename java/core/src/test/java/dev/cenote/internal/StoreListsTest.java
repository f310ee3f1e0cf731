package dev.cenote.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The lists of the native core and their Java twins are the same.
 */
class StoreListsTest {

    private static List<String> entries(String file, String pattern) throws IOException {
        Path list = Path.of("..", "..", "native", "include", "cenote", file);
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(list));
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(matcher.groupCount() == 1 ? matcher.group(1) : matcher.group(1) + " " + matcher.group(2));
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    @Test
    void codes_areThoseOfErrorsDef() throws IOException {
        List<String> ours = Arrays.stream(StoreCode.values()).map(code -> code + " " + code.value()).toList();
        assertThat(ours).isEqualTo(entries("errors.def", "CENOTE_ERROR\\((\\w+),\\s*(-\\d+),"));
    }

    @Test
    void counters_areThoseOfCountersDefInOrder() throws IOException {
        List<String> ours = Arrays.stream(StoreCounter.values()).map(c -> c.name().toLowerCase(Locale.ROOT)).toList();
        assertThat(ours).isEqualTo(entries("counters.def", "CENOTE_COUNTER\\((\\w+),"));
        assertThat(StoreCounter.COUNT).isEqualTo(ours.size());
    }

    @Test
    void unknownCode_isOurOwnMistake() {
        for (StoreCode code : StoreCode.values()) {
            assertThat(StoreCode.of(code.value())).isSameAs(code);
        }
        assertThatThrownBy(() -> StoreCode.of(-1)).isInstanceOf(AssertionError.class).hasMessageContaining("-1");
    }

    @Test
    void histogramBuckets_areEighthsOfPowersOfTwo() {
        for (int i = 0; i < JavaHistogram.BUCKETS; i++) {
            long floor = JavaHistogram.floor(i);
            assertThat(JavaHistogram.bucket(floor)).isEqualTo(i);
            if (i > 0) {
                assertThat(JavaHistogram.bucket(floor - 1)).isEqualTo(i - 1);
            }
            if (i >= 8 && i + 1 < JavaHistogram.BUCKETS) {
                assertThat((double) (JavaHistogram.floor(i + 1) - floor) / floor).isLessThanOrEqualTo(0.125);
            }
        }
        assertThat(JavaHistogram.bucket(Long.MAX_VALUE)).isEqualTo(JavaHistogram.BUCKETS - 1);
        assertThat(JavaHistogram.floor(-1)).isNegative();
        assertThat(JavaHistogram.floor(JavaHistogram.BUCKETS)).isNegative();
    }
}
