package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Stripes come one by one, each once, and one is always there. */
class LazyStripesTest {

    private static final String FIRST = "first";

    private final ConcurrentLinkedQueue<String> vain = new ConcurrentLinkedQueue<>();

    @Test
    void onlyTheFirst_isThereFromTheBeginning() {
        LazyStripes<String> stripes = new LazyStripes<>(FIRST, () -> "another", vain::add);
        assertThat(stripes.all()).containsExactly(FIRST);
        assertThat(stripes.at(0)).isEqualTo(FIRST);
        assertThat(stripes.at(stripes.length())).isEqualTo(FIRST);
        assertThat(Integer.bitCount(stripes.length())).isOne();
    }

    @Test
    void whereNoneCanBeMade_theFirstServes() {
        LazyStripes<String> stripes = new LazyStripes<>(FIRST, () -> null, vain::add);
        for (int i = 1; i < stripes.length(); i++) {
            assertThat(stripes.at(i)).isNull();
        }
        assertThat(stripes.all()).containsExactly(FIRST);
    }

    @Test
    void threadsThatComeTogether_getOne_andTheOthersEnd() throws Exception {
        int threads = 4;
        for (int round = 0; round < 500; round++) {
            AtomicInteger made = new AtomicInteger();
            LazyStripes<String> stripes = new LazyStripes<>(FIRST, () -> "stripe " + made.incrementAndGet(), vain::add);
            vain.clear();
            Set<String> seen = ConcurrentHashMap.newKeySet();
            TestPools.inThreads(threads, index -> seen.add(stripes.at(1)));
            assertThat(seen).hasSize(1).containsOnly(stripes.at(1));
            List<String> all = new ArrayList<>(vain);
            all.add(stripes.at(1));
            assertThat(all).doesNotHaveDuplicates().hasSize(made.get());
        }
    }

    @Test
    void aPoolThatNoVirtualThreadUses_hasOneStripe() throws Exception {
        try (BlockPool pool = TestPools.builder().build()) {
            TestPools.inThreads(3, index -> pool.put(pool.get()));
            assertThat(pool.stripesMade()).isEqualTo(1);
        }
    }
}
