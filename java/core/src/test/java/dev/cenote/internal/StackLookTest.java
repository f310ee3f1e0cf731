package dev.cenote.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * Whether threads are at work in certain classes.
 */
class StackLookTest {

    private static final StackLook LOOK = StackLook.into(Work.class, OtherWork.class);

    /** Waits inside of a method, somewhere below. */
    private static final class Work {
        static void at(CountDownLatch arrived, CountDownLatch end) {
            rest(arrived, end);
        }
    }

    private static final class OtherWork {
        static void at(CountDownLatch arrived, CountDownLatch end) {
            rest(arrived, end);
        }
    }

    private static void rest(CountDownLatch arrived, CountDownLatch end) {
        arrived.countDown();
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void onlyThoseInside_areFound() throws Exception {
        CountDownLatch arrived = new CountDownLatch(3);
        CountDownLatch end = new CountDownLatch(1);
        Thread first = new Thread(() -> Work.at(arrived, end));
        Thread second = new Thread(() -> OtherWork.at(arrived, end));
        Thread outside = new Thread(() -> rest(arrived, end));
        List<Thread> all = List.of(first, second, outside);
        all.forEach(Thread::start);
        arrived.await();
        assertThat(LOOK.finds(first) && LOOK.finds(second)).isTrue();
        assertThat(LOOK.finds(outside)).isFalse();
        assertThat(LOOK.findsAnybody()).isTrue();
        assertThat(LOOK.among(all)).containsExactlyInAnyOrder(first, second);
        assertThat(LOOK.among(List.of(second))).containsExactly(second);
        assertThat(LOOK.among(List.of(outside))).isEmpty();
        assertThat(LOOK.among(List.of())).isEmpty();
        end.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(LOOK.finds(first)).isFalse();
        assertThat(LOOK.among(all)).isEmpty();
        assertThat(LOOK.findsAnybody()).isFalse();
    }

    @Test
    void theCaller_isNotAnybody() {
        CountDownLatch none = new CountDownLatch(0);
        Work.at(none, none);
        assertThat(Inside.asksForOthers()).isFalse();
    }

    private static final class Inside {
        private static final StackLook ITSELF = StackLook.into(Inside.class);

        static boolean asksForOthers() {
            return ITSELF.findsAnybody();
        }
    }
}
