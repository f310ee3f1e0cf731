package dev.cenote.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who looks for memory at the bound, and who does not since a look was in vain just now. */
class SharedBudgetTest {

    private static final long MAXIMUM = 100;
    private static final long SEARCH_MILLIS = 500; /* so that the rest after it, four times as long, outlasts a test */

    private final List<BlockStore> searches = new ArrayList<>();
    private @Nullable BlockStore slabs;

    private final SharedBudget budget = new SharedBudget(MAXIMUM, new SharedBudget.Reclaim() {
        @Override
        public void idle() {
            /* nobody has anything */
        }

        @Override
        public boolean unused(@Nullable BlockStore asking) {
            searches.add(asking);
            try {
                Thread.sleep(SEARCH_MILLIS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return asking != slabs;
        }
    });

    private BudgetedStore store() {
        BlockStore empty = (BlockStore) Proxy.newProxyInstance(BlockStore.class.getClassLoader(), new Class<?>[] {BlockStore.class},
            (proxy, method, arguments) -> method.getName().equals("counters") ? new long[StoreCounter.values().length]
                : method.getReturnType() == int.class ? (Object) 1 : method.getReturnType() == long.class ? (Object) 1L : null);
        return new BudgetedStore(empty, budget);
    }

    @Test
    void aSearchInVain_isNotRepeatedAtOnce() {
        BudgetedStore first = store();
        BudgetedStore second = store();
        assertThat(budget.charge(MAXIMUM, null)).isTrue();
        assertThat(budget.charge(1, first)).isFalse();
        assertThat(budget.charge(1, first)).isFalse();
        assertThat(budget.charge(1, second)).isFalse();
        assertThat(budget.charge(1, null)).isFalse();
        assertThat(searches).containsExactly(first);
    }

    /** On behalf of slabs nobody looks at slabs; a larger block may still come from there. */
    @Test
    void aSearchThatLeftSomethingOut_holdsBackItsOwnStoreOnly() {
        BudgetedStore ofSlabs = store();
        BudgetedStore other = store();
        slabs = ofSlabs;
        assertThat(budget.charge(MAXIMUM, null)).isTrue();
        assertThat(budget.charge(1, ofSlabs)).isFalse();
        assertThat(budget.charge(1, ofSlabs)).isFalse();
        assertThat(searches).containsExactly(ofSlabs);
        assertThat(budget.charge(1, other)).isFalse();
        assertThat(searches).containsExactly(ofSlabs, other);
        assertThat(budget.charge(1, ofSlabs)).isFalse();
        assertThat(budget.charge(1, null)).isFalse();
        assertThat(searches).hasSize(2);
    }
}
