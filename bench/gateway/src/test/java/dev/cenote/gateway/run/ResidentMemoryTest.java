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
    void outsideHeap_leavesOutWhatLiesInTheHeap() {
        List<String> smaps = List.of("f0000000-ffe00000 rw-p 00000000 00:00 0", "Rss:   1000 kB", "Pss:   1000 kB",
                "fff00000-100000000 rw-p 00c43000 08:01 7   /jdk/lib/server/classes.jsa", "Rss:   10 kB",
                "100000000-100110000 ---p 00000000 00:00 0", "Rss:   1 kB",
                "7efd9f000000-7efd9f400000 rw-p 00000000 00:00 0", "Rss:   200 kB", "AnonHugePages:   200 kB",
                "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]", "Rss:   0 kB");
        assertThat(ResidentMemory.outsideHeap(smaps, new GcLog.Heap(0xf0000000L, 256 << 20))).isEqualTo(201 << 10);
        assertThat(ResidentMemory.outsideHeap(1, null)).isNegative();
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
