package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;

/**
 * The hot fields of a thread's magazines share no pair of cache lines with another object.
 */
class LocalBlockPoolLayoutTest {

    private static final int LINE_PAIR = 128;

    @Test
    void hotFields_haveALinePairOfPaddingOnEitherSide() {
        ClassLayout layout = layout();
        List<FieldLayout> hot = layout.fields().stream()
            .filter(field -> field.classShortName().equals("LocalBlockPoolFields")).toList();
        assertThat(hot).extracting(FieldLayout::name).contains("top", "gets", "returned", "refilled", "spilled", "lastCode", "lock");
        assertThat(hot).allSatisfy(field -> {
            assertThat(field.offset()).as("before %s", field.name()).isGreaterThanOrEqualTo(LINE_PAIR);
            assertThat(layout.instanceSize() - field.offset() - field.size()).as("behind %s", field.name())
                .isGreaterThanOrEqualTo(LINE_PAIR);
        });
    }

    @Test
    void whatOthersRead_liesALinePairAwayFromWhatTheOwnerWrites() {
        ClassLayout layout = layout();
        long owner = layout.fields().stream().filter(field -> field.name().equals("owner")).findFirst().orElseThrow().offset();
        assertThat(layout.fields().stream().filter(field -> field.classShortName().equals("LocalBlockPoolFields")))
            .isNotEmpty()
            .allSatisfy(field -> assertThat(Math.abs(owner - field.offset())).as(field.name()).isGreaterThanOrEqualTo(LINE_PAIR));
    }

    private static ClassLayout layout() {
        try {
            return ClassLayout.parseClass(LocalBlockPool.class);
        } catch (UnsupportedOperationException e) {
            /* JOL asks sun.misc.Unsafe, which this run denies; the runs on JDK 17 look */
            return abort("JOL cannot look at objects here: " + e.getMessage());
        }
    }
}
