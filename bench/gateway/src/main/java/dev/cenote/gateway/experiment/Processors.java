package dev.cenote.gateway.experiment;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which processors the gateway and its client have. Apart: half of them each, so that no event loop, and no worker of a
 * collection, waits for a client that runs where it would.
 *
 * @param gateway numbers of the gateway's processors; empty: whatever the system gives it
 * @param client  the same of its client
 */
record Processors(List<Integer> gateway, List<Integer> client) {
    static final Processors SHARED = new Processors(List.of(), List.of());

    private static final String TOOL = "taskset"; // of util-linux
    private static final String ALLOWED = "Cpus_allowed_list:";

    Processors {
        gateway = List.copyOf(gateway);
        client = List.copyOf(client);
    }

    /**
     * Halves of those that this process may use; shared if there is but one.
     *
     * @throws IOException if the system does not tell them, or has no {@code taskset}
     */
    static Processors apart() throws IOException {
        List<Integer> allowed = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith(ALLOWED)).findFirst()
            .map(line -> parse(line.substring(ALLOWED.length()).strip())).orElseThrow(() -> new IOException("/proc/self/status has no line " + ALLOWED));
        if (allowed.size() > 1 && Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .noneMatch(folder -> Files.isExecutable(Path.of(folder, TOOL)))) {
            throw new IOException("there is no program " + TOOL + " (Debian: package util-linux)");
        }
        return split(allowed);
    }

    static Processors split(List<Integer> allowed) {
        int half = allowed.size() - allowed.size() / 2;
        return allowed.size() < 2 ? SHARED : new Processors(allowed.subList(0, half), allowed.subList(half, allowed.size()));
    }

    /** Numbers of a list as the kernel writes it, such as 0-3,8. */
    static List<Integer> parse(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : list.split(",")) {
            String[] ends = part.split("-");
            for (int n = Integer.parseInt(ends[0]); n <= Integer.parseInt(ends[ends.length - 1]); n++) {
                numbers.add(n);
            }
        }
        return numbers;
    }

    /** What stands before a command so that it runs there. */
    static List<String> prefix(List<Integer> processors) {
        return processors.isEmpty() ? List.of() : List.of(TOOL, "-c", text(processors));
    }

    private static String text(List<Integer> processors) {
        return processors.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    String describe() {
        return gateway.isEmpty() ? "gateway and client share all" : "gateway " + text(gateway) + ", client " + text(client);
    }
}
