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

    private Residence residence(int generation) {
        Residence sum = new Residence();
        times.addTo(sum, TAG, generation);
        return sum;
    }

    @Test
    void window_holdsTheLastPanesAndNoMore() {
        for (int pane = 0; pane < 10; pane++) {
            times.add(TAG, pane, 1, (pane + 1) * MILLI, 2);
            assertThat(times.count(TAG, pane, 1)).isEqualTo(2 * Math.min(pane + 1, TagTimes.PANES));
            assertThat(times.count(TAG, pane, 0)).isZero();
        }
        assertThat(times.sumNanos(TAG, 9, 1)).isEqualTo(2 * (7 + 8 + 9 + 10) * MILLI);
        assertThat(residence(1).count()).isEqualTo(20);
        assertThat(residence(1).sumNanos()).isEqualTo(2 * 55 * MILLI);
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
    void onlyClassesBeyondABound_haveToBeLookedAt() {
        Generation[] generations = {new Generation("T0", 8, 10 * MILLI), new Generation("T1", 8, 2000 * MILLI), new Generation("T2", 8, 0)};
        Bounds bounds = new Bounds(generations, 0.25); /* T0: above 2.5 ms; T1: below 1.25 ms, above 500 ms; T2: below 250 ms */
        times.add(TAG, 0, 0, 3 * MILLI, PoolFlow.SAMPLES_MIN - 1);
        assertThat(times.mayMove(TAG, 0, null)).isTrue();
        assertThat(times.mayMove(TAG, 0, bounds)).isFalse();
        times.add(TAG, 0, 0, 3 * MILLI, 1);
        assertThat(times.mayMove(TAG, 0, bounds)).isTrue();
        assertThat(times.mayMove(TAG, 0, new Bounds(generations, 0.31))).isFalse();
        times.add(TAG, 0, 0, 0, PoolFlow.SAMPLES_MIN);
        assertThat(times.mayMove(TAG, 0, bounds)).isFalse();
        times.setSpread(TAG, 1);
        assertThat(times.mayMove(TAG, 0, bounds)).isTrue();
        times.setSpread(TAG, 0);
        times.setHeld(TAG, true);
        assertThat(times.mayMove(TAG, 0, bounds)).isTrue();
        times.setHeld(TAG, false);
        times.setRoute(TAG, 1);
        times.add(TAG, 0, 1, 2 * MILLI, 20);
        assertThat(times.mayMove(TAG, 0, bounds)).isFalse();
        times.add(TAG, 0, 1, 0, 20);
        assertThat(times.mayMove(TAG, 0, bounds)).isTrue();
        times.setRoute(TAG, 2);
        times.add(TAG, 0, 2, 251 * MILLI, 20);
        assertThat(times.mayMove(TAG, 0, bounds)).isFalse();
        times.add(TAG, 0, 2, 240 * MILLI, 20);
        assertThat(times.mayMove(TAG, 0, bounds)).isTrue();
        assertThat(times.mayMove(TAG, TagTimes.PANES, bounds)).isFalse();
    }

    @Test
    void news_sayWhatHappenedOnce() {
        News news = new News(100);
        assertThat(news.takeStirred(News.CLASS | News.MISSED)).isZero();
        news.mark(70);
        news.stir(News.HIT);
        news.stir(News.HIT);
        assertThat(news.takeStirred(News.CLASS | News.MISSED)).isEqualTo(News.CLASS);
        assertThat(news.marks().take(1)).isEqualTo(1L << 6);
        assertThat(news.takeStirred(News.CLASS)).isZero();
        assertThat(news.takeStirred(News.HIT)).isEqualTo(News.HIT);
    }

    @Test
    void news_knowWhenEveryPartWasSwept() {
        News news = new News(1);
        assertThat(news.isAllSwept(0)).isFalse();
        news.setParts(2);
        news.countSweep(3);
        assertThat(news.isAllSwept(3)).isFalse();
        news.countSweep(3);
        assertThat(news.isAllSwept(3)).isTrue();
        assertThat(news.isAllSwept(4)).isFalse();
        news.countSweep(4);
        assertThat(news.isAllSwept(4)).isFalse();
        news.setParts(1);
        assertThat(news.isAllSwept(4)).isTrue();
    }

    @Test
    void tagThatBeginsAnew_hasNothingOfTheOneBefore() {
        times.add(TAG, 0, 0, MILLI, 5);
        times.setRoute(TAG, 2);
        times.setSpread(TAG, 3);
        times.setHeld(TAG, true);
        times.touch(TAG, 5);
        assertThat(times.activePeriod(TAG)).isEqualTo(5);
        times.begin(TAG, 7);
        assertThat(times.activePeriod(TAG)).isEqualTo(7);
        assertThat(times.count(TAG, 0, 0)).isZero();
        assertThat(times.route(TAG)).isZero();
        assertThat(times.spread(TAG)).isZero();
        assertThat(times.isHeld(TAG)).isFalse();
        assertThat(residence(0).count()).isZero();
    }

    @Test
    void threadsThatAddAtOnce_loseNothing() throws InterruptedException {
        int perThread = 100_000;
        List<Thread> threads = new ArrayList<>();
        News news = new News(TagTimes.TAGS);
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
                    news.add(i, 1);
                    news.mark(TAG);
                }
            });
            thread.start();
            threads.add(thread);
        }
        begin.countDown();
        long told = 0;
        boolean last = false;
        while (!last) {
            last = threads.stream().noneMatch(Thread::isAlive);
            if (news.takeStirred(News.CLASS) != 0 && news.marks().take(0) != 0) { /* a mark that is taken out before the sums are read leaves nothing behind */
                told = residence(0).count() + residence(1).count() + residence(2).count();
            }
        }
        assertThat(told).isEqualTo(3L * perThread);
        assertThat(news.residences()).isEqualTo(3L * perThread);
        assertThat(news.residenceNanos()).isEqualTo(3L * perThread * (perThread - 1) / 2);
        for (int generation = 0; generation < 3; generation++) {
            assertThat(residence(generation).count()).isEqualTo(perThread);
            assertThat(residence(generation).sumNanos()).isEqualTo((long) perThread * (perThread - 1) / 2);
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
