package dev.cenote.gateway.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {
    @Test
    void vmRss_isReadInBytes() {
        assertThat(ResidentMemory.vmRss(List.of("Name:\tjava", "VmHWM:\t  300 kB", "VmRSS:\t  204800 kB"))).isEqualTo(200L << 20);
    }

    @Test
    void peak_looksAtTheWindowOnly() {
        List<Sample> samples = List.of(new Sample(0.5, 900), new Sample(1, 100), new Sample(2, 300), new Sample(3, 800));
        assertThat(ResidentMemory.peak(samples, 1, 2)).isEqualTo(300);
        assertThat(ResidentMemory.peak(samples, 4, 5)).isZero();
    }

    @Test
    void ownProcess_isSeen() throws InterruptedException {
        try (ResidentMemory memory = new ResidentMemory(ProcessHandle.current().pid())) {
            for (int i = 0; i < 500 && memory.samples().isEmpty(); i++) {
                Thread.sleep(10);
            }
            assertThat(memory.samples()).isNotEmpty();
            assertThat(memory.samples().get(0).bytes()).isGreaterThan(10L << 20);
        }
    }
}
