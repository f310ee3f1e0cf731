package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Residence times of tags: sums, the sliding window, what is new, and threads that add at once. */
class TagTimesTest {

    private static final int TAG = 3;
    private static final long MILLI = Flows.MILLI;

    private final TagTimes times = new TagTimes(3);
    private final long[] scratch = new long[Residence.BUCKETS];

    private FlowSample news() {
        FlowSample sample = new FlowSample("test", new Generation[0]);
        sample.add(TAG, times);
        return sample;
    }

    @Test
    void window_holdsTheLastPanesAndNoMore() {
        for (int pane = 0; pane < 10; pane++) {
            times.add(TAG, pane, 1, (pane + 1) * MILLI, 2);
            assertThat(times.count(TAG, pane, 1)).isEqualTo(2 * Math.min(pane + 1, TagTimes.PANES));
            assertThat(times.count(TAG, pane, 0)).isZero();
        }
        assertThat(times.sumNanos(TAG, 9, 1)).isEqualTo(2 * (7 + 8 + 9 + 10) * MILLI);
        assertThat(times.residence(TAG, 1).count()).isEqualTo(20);
        assertThat(times.residence(TAG, 1).sumNanos()).isEqualTo(2 * 55 * MILLI);
    }

    @Test
    void panesWithoutTimes_areEmptyAndTheOldLeaveAllTheSame() {
        times.add(TAG, 0, 0, MILLI, 5);
        times.add(TAG, 2, 0, MILLI, 7);
        assertThat(times.count(TAG, 2, 0)).isEqualTo(12);
        assertThat(times.count(TAG, 3, 0)).isEqualTo(12);
        assertThat(times.count(TAG, 4, 0)).isEqualTo(7);
        assertThat(times.count(TAG, 6, 0)).isZero();
        times.add(TAG, 100, 0, MILLI, 1);
        assertThat(times.count(TAG, 100, 0)).isEqualTo(1);
    }

    @Test
    void entropy_isThatOfTheWindow() {
        for (int i = 0; i < 8; i++) {
            times.add(TAG, 0, 0, MILLI << i, 3);
        }
        assertThat(times.entropyBits(TAG, 0, scratch)).isCloseTo(3, within(1e-9));
        times.add(TAG, TagTimes.PANES, 0, MILLI, 3);
        assertThat(times.entropyBits(TAG, TagTimes.PANES, scratch)).isZero();
        assertThat(times.entropyBits(TAG + 1, 0, scratch)).isZero();
    }

    @Test
    void news_areToldOnce() {
        times.add(TAG, 0, 0, MILLI, 5);
        times.add(TAG, 0, 2, 2 * MILLI, 1);
        assertThat(news().residences).isEqualTo(6);
        assertThat(news().residences).isZero();
        times.add(TAG, 1, 2, 2 * MILLI, 1);
        assertThat(news().residenceNanos).isEqualTo(2 * MILLI);
    }

    @Test
    void tagThatBeginsAnew_hasNothingOfTheOneBefore() {
        times.add(TAG, 0, 0, MILLI, 5);
        times.setRoute(TAG, 2);
        times.setSpread(TAG, 3);
        times.setHeld(TAG, true);
        times.forget(TAG);
        assertThat(times.isForgotten(TAG)).isTrue();
        times.begin(TAG, 7);
        assertThat(times.isForgotten(TAG)).isFalse();
        assertThat(times.activePeriod(TAG)).isEqualTo(7);
        assertThat(times.count(TAG, 0, 0)).isZero();
        assertThat(times.route(TAG)).isZero();
        assertThat(times.spread(TAG)).isZero();
        assertThat(times.isHeld(TAG)).isFalse();
        assertThat(times.residence(TAG, 0).count()).isZero();
        assertThat(news().residences).isZero();
    }

    @Test
    void threadsThatAddAtOnce_loseNothing() throws InterruptedException {
        int perThread = 100_000;
        List<Thread> threads = new ArrayList<>();
        Marks marks = new Marks(TagTimes.TAGS);
        CountDownLatch begin = new CountDownLatch(1);
        for (int t = 0; t < 3; t++) {
            int generation = t;
            Thread thread = new Thread(() -> {
                try {
                    begin.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < perThread; i++) {
                    times.add(TAG, i / 100, generation, i, 1);
                    marks.add(TAG);
                }
            });
            thread.start();
            threads.add(thread);
        }
        begin.countDown();
        long told = 0;
        while (threads.stream().anyMatch(Thread::isAlive)) { /* a mark that is taken out before the sums are read leaves nothing behind */
            told += marks.take(0) != 0 ? news().residences : 0;
        }
        told += marks.take(0) != 0 ? news().residences : 0;
        assertThat(told).isEqualTo(3L * perThread);
        for (int generation = 0; generation < 3; generation++) {
            assertThat(times.residence(TAG, generation).count()).isEqualTo(perThread);
            assertThat(times.residence(TAG, generation).sumNanos()).isEqualTo((long) perThread * (perThread - 1) / 2);
        }
    }

    @Test
    void marks_areTakenOnce() {
        Marks marks = new Marks(130);
        assertThat(marks.words()).isEqualTo(3);
        marks.add(0);
        marks.add(63);
        marks.add(129);
        marks.add(129);
        assertThat(marks.take(0)).isEqualTo(1L << 63 | 1);
        assertThat(marks.take(1)).isZero();
        assertThat(marks.take(2)).isEqualTo(2);
        assertThat(marks.take(0) | marks.take(2)).isZero();
    }
}
