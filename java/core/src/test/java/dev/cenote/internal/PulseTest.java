package dev.cenote.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a background thread looks at a pool, by what the pool's users and its own looks say. */
class PulseTest {

    private static int looksUntilRest(Pulse pulse, boolean nothingLeft, int most) {
        int looks = 0;
        while (looks < most && pulse.isDue(false)) {
            pulse.looked(nothingLeft);
            looks++;
        }
        return looks;
    }

    @Test
    void newPool_isLookedAtAFewTimesAndThenRests() {
        assertThat(looksUntilRest(new Pulse(), true, 1000)).isEqualTo(Pulse.LOOKS);
    }

    @Test
    void poolWithSomethingLeft_neverRests() {
        assertThat(looksUntilRest(new Pulse(), false, 1000)).isEqualTo(1000);
    }

    @Test
    void poolAtRest_isLookedAtSeldom_andAgainWhenSomebodyUsesIt() {
        Pulse pulse = new Pulse();
        looksUntilRest(pulse, true, 1000);
        assertThat(pulse.isDue(true)).isTrue();
        pulse.looked(true);
        assertThat(pulse.isDue(false)).isFalse();
        pulse.beat();
        assertThat(looksUntilRest(pulse, true, 1000)).isEqualTo(Pulse.LOOKS);
    }

    @Test
    void aSeldomLookThatFindsWork_isFollowedByOthers() {
        Pulse pulse = new Pulse();
        looksUntilRest(pulse, true, 1000);
        assertThat(pulse.isDue(true)).isTrue();
        pulse.looked(false);
        assertThat(pulse.isDue(false)).isTrue();
    }

    @Test
    void aBeatDuringALook_leadsToAnother() {
        Pulse pulse = new Pulse();
        looksUntilRest(pulse, true, 1000);
        pulse.beat();
        for (int look = 1; look < Pulse.LOOKS; look++) {
            assertThat(pulse.isDue(false)).isTrue();
            pulse.looked(true);
        }
        assertThat(pulse.isDue(false)).isTrue();
        pulse.beat();
        pulse.looked(true);
        assertThat(pulse.isDue(false)).isTrue();
    }
}
