package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Reference counts: what they allow, many threads at once.
 */
class CountsTest extends ContractTest {

    @Test
    void retainAndRelease_count() {
        ByteBuf buffer = make(CAPACITY);
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThat(buffer.retain()).isSameAs(buffer);
        assertThat(buffer.retain(3)).isSameAs(buffer);
        assertThat(buffer.refCnt()).isEqualTo(5);
        assertThat(buffer.release()).isFalse();
        assertThat(buffer.release(3)).isFalse();
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThat(buffer.touch()).isSameAs(buffer);
        assertThat(buffer.touch("hint")).isSameAs(buffer);
        assertThat(buffer.release()).isTrue();
        assertThat(buffer.refCnt()).isZero();
    }

    @Test
    void wrongCounts_areRefusedAndChangeNothing() {
        ByteBuf buffer = make(CAPACITY);
        assertThatThrownBy(() -> buffer.retain(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.retain(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.release(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.release(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.release(2)).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThatThrownBy(() -> buffer.retain(Integer.MAX_VALUE)).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(buffer.refCnt()).isEqualTo(1);
        buffer.retain(4);
        assertThatThrownBy(() -> buffer.release(6)).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(buffer.release(5)).isTrue();
    }

    @Test
    void manyThreads_countRight() throws InterruptedException {
        int threads = 4;
        int rounds = 2000;
        for (int round = 0; round < 20; round++) {
            ByteBuf buffer = kind.buffer(64);
            buffer.retain(threads - 1);
            AtomicInteger lasts = new AtomicInteger();
            AtomicInteger failures = new AtomicInteger();
            CountDownLatch start = new CountDownLatch(threads);
            Thread[] running = new Thread[threads];
            for (int i = 0; i < threads; i++) {
                running[i] = new Thread(() -> {
                    start.countDown();
                    try {
                        start.await();
                        for (int j = 0; j < rounds / 20; j++) {
                            buffer.retain();
                            buffer.retain(2);
                            if (buffer.release(2) || buffer.release()) {
                                lasts.addAndGet(100);
                            }
                        }
                        if (buffer.release()) {
                            lasts.incrementAndGet();
                        }
                    } catch (Throwable e) {
                        failures.incrementAndGet();
                    }
                });
                running[i].start();
            }
            for (Thread thread : running) {
                thread.join();
            }
            assertThat(failures).hasValue(0);
            assertThat(lasts).hasValue(1);
            assertThat(buffer.refCnt()).isZero();
        }
    }

    @Test
    void nettysHelpers_work() {
        ByteBuf buffer = make(CAPACITY);
        ReferenceCountUtil.retain(buffer);
        assertThat(ReferenceCountUtil.refCnt(buffer)).isEqualTo(2);
        assertThat(ReferenceCountUtil.release(buffer)).isFalse();
        ReferenceCountUtil.safeRelease(buffer);
        assertThat(buffer.refCnt()).isZero();
    }
}
