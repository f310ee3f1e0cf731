package dev.cenote.gateway.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class ProcessorTimeTest {

    @Test
    void onlyCompilers_areCounted() {
        String figures = " S 1 2 3 4 5 6 7 8 9 10 70 8 0 0 20 0";
        assertThat(ProcessorTime.compilerTicks("17 (C2 CompilerThre)" + figures)).isEqualTo(78);
        assertThat(ProcessorTime.compilerTicks("18 (C1 CompilerThre)" + figures)).isEqualTo(78);
        assertThat(ProcessorTime.compilerTicks("19 (a) (odd) name)" + figures)).isZero();
    }

    @Test
    void thisProcess_usedLessWithoutThem() throws IOException {
        long less = ProcessorTime.withoutCompilersNanos(ProcessHandle.current().pid());
        long all = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        assertThat(less).isPositive().isLessThan(all);
        assertThatThrownBy(() -> ProcessorTime.withoutCompilersNanos(0)).isInstanceOf(IOException.class);
    }
}
