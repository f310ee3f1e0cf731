package dev.cenote.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HoldWheelTest {
    private static final long MILLI = 1_000_000;
    private final EmbeddedChannel channel = new EmbeddedChannel();

    private Message due(long dueNanos) {
        Message message = new Message(channel, true, -1);
        message.dueNanos = dueNanos;
        return message;
    }

    @Test
    void everyMessageComesOutOnce_neverEarly_atMostOneSlotLate() {
        // A clock that starts negative and passes zero, as System.nanoTime() may.
        long now = -300 * MILLI;
        HoldWheel wheel = new HoldWheel(now);
        Random random = new Random(3);
        Set<Message> held = new HashSet<>();
        int added = 0;
        int out = 0;
        for (int i = 0; i < 20_000; i++) {
            if (i < 15_000) {
                Message message = due(now + random.nextInt(200_000_000));
                held.add(message);
                wheel.hold(message);
                added++;
            }
            now += random.nextInt(200_000);
            for (Message message = wheel.due(now); message != null; message = message.next) {
                assertThat(held.remove(message)).isTrue();
                assertThat(message.dueNanos).isLessThanOrEqualTo(now);
                out++;
            }
            for (Message message : i % 500 == 0 ? held : Set.<Message>of()) {
                assertThat(message.dueNanos).isGreaterThan(now - HoldWheel.SLOT_NANOS);
            }
        }
        assertThat(out).isEqualTo(added);
        assertThat(wheel.isEmpty()).isTrue();
    }

    @Test
    void aLongGap_releasesAllThatFellIntoIt() {
        HoldWheel wheel = new HoldWheel(0);
        for (int i = 0; i < 100; i++) {
            wheel.hold(due(i * 2 * MILLI));
        }
        int out = 0;
        for (Message message = wheel.due(10_000 * MILLI); message != null; message = message.next) {
            out++;
        }
        assertThat(out).isEqualTo(100);
    }

    @Test
    void all_emptiesTheWheel() {
        HoldWheel wheel = new HoldWheel(0);
        wheel.hold(due(MILLI));
        wheel.hold(due(150 * MILLI));
        Message first = wheel.all();
        assertThat(first).isNotNull();
        assertThat(first.next).isNotNull();
        assertThat(wheel.isEmpty()).isTrue();
        assertThat(wheel.all()).isNull();
    }
}
