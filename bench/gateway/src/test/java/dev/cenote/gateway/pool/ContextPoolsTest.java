package dev.cenote.gateway.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.gateway.graph.RequestContext;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ContextPoolsTest {

    @ParameterizedTest
    @EnumSource(ContextPools.class)
    void noContext_isGivenTwice(ContextPools kind) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new FastThreadLocalThread(() -> { /* as the gateway's threads are */
            try (ContextPool pool = kind.open()) {
                Set<RequestContext> taken = Collections.newSetFromMap(new IdentityHashMap<>());
                for (int round = 0; round < 20; round++) {
                    for (int i = 0; i < 40; i++) {
                        assertThat(taken.add(pool.get())).isTrue();
                    }
                    taken.forEach(pool::put);
                    taken.clear();
                }
                PoolStatus status = pool.status();
                assertThat(status.gets()).isEqualTo(800);
                assertThat(status.misses()).isBetween(0L, 800L);
                if (kind == ContextPools.NONE) {
                    assertThat(status.misses()).isEqualTo(800);
                    assertThat(status.heldInAll()).isZero();
                } else {
                    assertThat(status.misses()).isLessThan(400);
                    assertThat(status.heldInAll()).isPositive();
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        thread.start();
        thread.join();
        assertThat(failure.get()).isNull();
    }

    @Test
    void emptiedPool_keepsVictimsForOneCollectionAndNoLonger() throws InterruptedException {
        EmptiedPool pool = new EmptiedPool();
        RequestContext context = pool.get();
        pool.put(context);
        awaitHeld(pool, 0);
        assertThat(pool.get()).isNotSameAs(context);
        assertThat(pool.status().misses()).isEqualTo(2);
    }

    private static void awaitHeld(EmptiedPool pool, long want) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (pool.status().heldInAll() != want) {
            assertThat(System.nanoTime() - end).as("patience").isNegative();
            System.gc();
            Thread.sleep(20);
        }
    }

    @Test
    void unknownPool_isRefusedWithAllNames() {
        assertThatThrownBy(() -> ContextPools.of("caffeine")).hasMessageContaining("generational").hasMessageContaining("'caffeine'");
    }
}
