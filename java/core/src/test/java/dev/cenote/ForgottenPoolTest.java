package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.internal.BlockStore;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A pool that is dropped without close() gives its memory back when the collector finds it.
 */
class ForgottenPoolTest {

    @Test
    @Timeout(60)
    void aForgottenPool_isClosedAndDestroyedOnce() throws InterruptedException {
        List<String> calls = new CopyOnWriteArrayList<>();
        BlockStore store = (BlockStore) Proxy.newProxyInstance(BlockStore.class.getClassLoader(),
            new Class<?>[] {BlockStore.class}, (proxy, method, arguments) -> {
                calls.add(method.getName());
                return null;
            });
        watchAndForget(store);
        while (!calls.contains("destroy")) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(calls).containsExactly("close", "destroy");
    }

    /** Whatever refers to a pool from a place that outlives it would keep it for ever. */
    @Test
    @Timeout(120)
    void poolsOfEachKind_thatWereUsedAndForgotten_areCollected() throws InterruptedException {
        for (WeakReference<?> forgotten : ForgottenWhileMarkingTest.openAndForget()) {
            while (!forgotten.refersTo(null)) {
                System.gc();
                Thread.sleep(10);
            }
        }
    }

    private static void watchAndForget(BlockStore store) {
        try (BlockPool pool = TestPools.builder().name("forgotten").build()) {
            PoolRelease.watch(pool, store);
        }
    }

    @Test
    void aPoolThatWasReleased_isNotReleasedAgain() {
        List<String> calls = new CopyOnWriteArrayList<>();
        BlockStore store = (BlockStore) Proxy.newProxyInstance(BlockStore.class.getClassLoader(),
            new Class<?>[] {BlockStore.class}, (proxy, method, arguments) -> {
                calls.add(method.getName());
                return null;
            });
        try (BlockPool pool = TestPools.builder().build()) {
            PoolRelease release = PoolRelease.watch(pool, store);
            release.now();
            release.run();
            release.now();
        }
        assertThat(calls).containsExactly("destroy");
    }
}
