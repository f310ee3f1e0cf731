package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.internal.JavaStack;
import java.lang.ref.ReferenceQueue;
import org.junit.jupiter.api.Test;

/** A shared generation by itself, on one thread; see GenerationModel and GenerationCases for more of them. */
class SharedGenerationTest {

    private static final int T1 = 1;

    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
    private final SharedGeneration<Object> generation = new SharedGeneration<>(T1, 2);

    private Entry<Object> entryOf(Object object) {
        return new Entry<>(object, collected);
    }

    private Entry<Object> offered(Object object) {
        Entry<Object> entry = entryOf(object);
        assertThat(generation.offer(entry, object)).isTrue();
        return entry;
    }

    @Test
    void take_givesTheNewestFirst_eachWithItsObject() {
        Object first = new Object();
        Object second = new Object();
        Entry<Object> older = offered(first);
        Entry<Object> newer = offered(second);

        int slot = generation.take();
        assertThat(generation.entryIn(slot)).isSameAs(newer);
        assertThat(newer.state).isEqualTo(Entry.MOVING);
        assertThat(generation.vacate(slot)).isSameAs(second);
        slot = generation.take();
        assertThat(generation.entryIn(slot)).isSameAs(older);
        assertThat(generation.vacate(slot)).isSameAs(first);
        assertThat(generation.take()).isEqualTo(JavaStack.NONE);
        assertThat(generation.isValid()).isTrue();
    }

    @Test
    void offer_ofATakenSlot_isRefusedUntilItIsVacated() {
        Object object = new Object();
        Object other = new Object();
        offered(object);
        offered(other);
        int slot = generation.take();

        assertThat(generation.offer(entryOf(other), other)).isFalse();
        assertThat(generation.takeRefused()).isEqualTo(1);
        generation.vacate(slot);
        assertThat(generation.offer(entryOf(other), other)).isTrue();
        assertThat(generation.size()).isEqualTo(2);
        assertThat(generation.isValid()).isTrue();
    }

    @Test
    void offerAndTake_storeNoReferenceInTheEntry() {
        Object object = new Object();
        Entry<Object> entry = offered(object);
        assertThat(entry.held).as("a store into an old entry would dirty a card").isNull();
        generation.vacate(generation.take());
        assertThat(entry.held).isNull();
    }

    @Test
    void entryBroughtToTwoPlaces_countsInOne() {
        Object object = new Object();
        Entry<Object> entry = offered(object);
        generation.offer(entry, object);

        generation.vacate(generation.take());
        assertThat(generation.take()).as("its state says that it is on its way").isEqualTo(JavaStack.NONE);
        assertThat(generation.size()).isZero();
        assertThat(generation.isValid()).isTrue();
    }

    @Test
    void scan_leavesTheObjectInTheHandsOfTheJudge_ofThoseThatGo() {
        Object stays = new Object();
        Object goes = new Object();
        Entry<Object> kept = offered(stays);
        Entry<Object> gone = offered(goes);

        assertThat(generation.scan(entry -> entry == kept)).isEqualTo(1);
        assertThat(gone.held).isSameAs(goes);
        assertThat(kept.held).isNull();
        assertThat(generation.vacate(generation.take())).isSameAs(stays);
        assertThat(generation.isValid()).isTrue();
    }

    @Test
    void scan_ofAnEntryThatIsElsewhere_clearsItsPlaceAndDoesNotShowIt() {
        Object object = new Object();
        Entry<Object> entry = offered(object);
        entry.state = Entry.TAKEN; /* what a misuse would leave behind */

        assertThat(generation.scan(shown -> {
            throw new AssertionError("shown");
        })).isZero();
        assertThat(entry.held).isNull();
        assertThat(generation.isValid()).isTrue();
    }
}
