package dev.cenote.bench.drive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps every processor busy at the lowest priority while something with pauses is measured. A virtual processor that idles
 * between two iterations is taken off its core and comes back to one that is shared or slow: on one such machine the same code
 * took 12 ns instead of 6 in most iterations, and 6 in nearly all of them beside these. They get a sixtieth of a processor
 * where something else runs. They end with the driver, however that ends.
 */
final class BusyProcessors {

    private static final String LOOP = "while kill -0 $PPID 2>/dev/null; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done";

    private final List<Process> loops = new ArrayList<>();

    BusyProcessors() throws IOException {
        try {
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                loops.add(new ProcessBuilder("nice", "-n", "19", "sh", "-c", LOOP)
                        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
            }
        } catch (IOException e) {
            close();
            throw new IOException("cannot start a loop under 'nice', which coreutils has", e);
        }
    }

    void close() {
        loops.forEach(Process::destroyForcibly);
    }
}
