package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.internal.BlockStore;
import dev.cenote.internal.StoreCode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a get and a trim do when the store is busy with another thread's growth or trim: a store that answers as written, then as it is. */
class BlockPoolBusyTest {

    private final Deque<StoreCode> answers = new ArrayDeque<>();
    private final Deque<StoreCode> trimAnswers = new ArrayDeque<>();

    private BlockPool pool() throws Exception {
        BlockPoolBuilder builder = TestPools.builder();
        Backends.Opened opened = builder.openStore();
        BlockStore store = (BlockStore) Proxy.newProxyInstance(BlockStore.class.getClassLoader(), new Class<?>[] {BlockStore.class},
            (proxy, method, arguments) -> {
                StoreCode answer = method.getName().equals("trim") ? trimAnswers.poll() : null;
                if (answer != null) {
                    return (long) answer.value();
                }
                Object result = call(opened.store(), method, arguments);
                return method.getName().equals("open") ? scripted((BlockStore.Exchange) result) : result;
            });
        return BlockPool.open(builder, new Backends.Opened(opened.backend(), store));
    }

    private BlockStore.Exchange scripted(BlockStore.Exchange real) {
        return (BlockStore.Exchange) Proxy.newProxyInstance(BlockStore.class.getClassLoader(),
            new Class<?>[] {BlockStore.Exchange.class}, (proxy, method, arguments) -> {
                StoreCode answer = method.getName().equals("get") ? answers.poll() : null;
                return answer != null ? answer.value() : call(real, method, arguments);
            });
    }

    private static Object call(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void answer(StoreCode... codes) {
        answers.addAll(Arrays.asList(codes));
    }

    @Test
    void busy_isWaitedFor() throws Exception {
        try (BlockPool pool = pool()) {
            answer(StoreCode.BUSY, StoreCode.BUSY, StoreCode.BUSY);
            pool.put(pool.get());
            assertThat(answers).isEmpty();
        }
    }

    @Test
    void trimThatMeetsAnotherTrim_waitsAndGivesTheMemoryBack() throws Exception {
        try (BlockPool pool = pool()) {
            pool.put(pool.get());
            trimAnswers.addAll(List.of(StoreCode.BUSY, StoreCode.BUSY));
            assertThat(pool.trim()).isPositive();
            assertThat(trimAnswers).isEmpty();
            assertThat(pool.stats().chunksActive()).isZero();
        }
    }

    @Test
    void busyAfterOthersGaveTheirBlocksUp_isWaitedForToo() throws Exception {
        try (BlockPool pool = pool()) {
            answer(StoreCode.EXHAUSTED, StoreCode.BUSY, StoreCode.BUSY);
            pool.put(pool.get());
            assertThat(answers).isEmpty();
        }
    }

    @Test
    void exhaustedAfterALookEverywhere_isTold() throws Exception {
        try (BlockPool pool = pool()) {
            answer(StoreCode.BUSY, StoreCode.EXHAUSTED, StoreCode.BUSY, StoreCode.EXHAUSTED, StoreCode.EXHAUSTED);
            assertThatThrownBy(pool::get).isInstanceOf(PoolExhaustedException.class);
            assertThat(answers).isEmpty();
            pool.put(pool.get());
        }
    }
}
