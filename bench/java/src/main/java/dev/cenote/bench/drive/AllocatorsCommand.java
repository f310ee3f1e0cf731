package dev.cenote.bench.drive;

import dev.cenote.bench.sizes.SizesMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ci/bench allocators}: mixed sizes by address, the classical workloads, each in a JVM of its own. */
@Command(name = "allocators", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Mixed sizes by address against LWJGL's jemalloc and malloc: time, resident peak, shared lines.",
        footer = {"", "Workloads: larson xmalloc mstress sh6 sh8 alloc-test cache-scratch cache-thrash, two threads each.",
            "Allocators take turns of 0.1 s, in a warm JVM each: a slow second of the machine is one of all of them.",
            "ns: of a thread, for an allocation with its free; cpu: its processor time.",
            "The floor is no allocator: it hands a ring of memory out again and again, and shows what the driver itself takes.",
            "Exit code: 0 measured (whatever the verdicts), 1 a JVM failed or blocks overlapped, 2 wrong usage."})
public final class AllocatorsCommand implements Callable<Integer> {

    private static final List<String> WORKLOADS = List.of("larson", "xmalloc", "mstress", "sh6", "sh8", "alloc-test",
            "cache-scratch", "cache-thrash");
    private static final long WARM_UP_MILLIS = 4000; /* the JIT has two processors that both threads use, too */
    private static final long TURN_MILLIS = 100;
    private static final long CHECK_MILLIS = 1500;

    @Option(names = "--quick", description = "About four minutes: one JVM per figure, half as many turns.")
    boolean quick;

    @Option(names = "--check", description = "Checks every block for overlap instead of measuring; slow.")
    boolean check;

    @Option(names = "--only", paramLabel = "REGEX", description = "Only workload/allocator pairs in which this is found.")
    Pattern only = Pattern.compile("");

    @Option(names = "--jdk", paramLabel = "VERSION", defaultValue = "0", description = "Default: the newest found.")
    int feature;

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    /** Made by picocli. */
    public AllocatorsCommand() {
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Jdk> installed = Jdk.installed();
        Jdk jdk = installed.stream().filter(each -> each.feature() == feature).findFirst()
                .orElse(installed.get(installed.size() - 1));
        Machine.describe(List.of(jdk)).forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        String classPath = new ClassPaths(module).of(jdk);
        Map<String, Measured> results = new LinkedHashMap<>();
        for (int round = 0; round < (quick || check ? 1 : 3); round++) {
            for (String workload : WORKLOADS) {
                List<String> allocators = AllocatorsTable.ALLOCATORS.stream()
                        .filter(each -> only.matcher(workload + "/" + each).find() && !(check && each.equals(AllocatorsTable.FLOOR))).toList();
                takeTurns(jdk, classPath, workload, allocators, results);
            }
        }
        boolean failed = results.values().stream().anyMatch(each -> !each.failures().isEmpty());
        results.forEach((label, each) -> each.failures().forEach(text -> System.out.println("  FAIL  " + label + ": " + text)));
        if (check) {
            results.forEach((label, each) -> System.out.print(each.failures().isEmpty()
                    ? "  ok  no two blocks overlapped: " + label + "\n" : ""));
        } else {
            System.out.println("\n" + AllocatorsTable.of(results, jdk).toText());
        }
        return failed ? 1 : 0;
    }

    /** All allocators of a workload, each in its JVM: warmed up one after the other, then measured turn by turn. */
    private void takeTurns(Jdk jdk, String classPath, String workload, List<String> allocators, Map<String, Measured> results)
            throws InterruptedException {
        Map<String, TurnJvm> jvms = new LinkedHashMap<>();
        for (String allocator : allocators) {
            String label = workload + "/" + allocator;
            attempt(label, jvms, results, into -> {
                TurnJvm jvm = new TurnJvm(command(jdk, classPath, workload, allocator), module);
                jvms.put(label, jvm);
                jvm.turn(check ? CHECK_MILLIS : WARM_UP_MILLIS);
            });
        }
        for (int turn = 0; !check && turn < (quick ? 25 : 50); turn++) {
            for (String label : List.copyOf(jvms.keySet())) {
                attempt(label, jvms, results, into -> into.addAll(jvms.get(label).turn(TURN_MILLIS)));
            }
        }
        for (String label : List.copyOf(jvms.keySet())) {
            attempt(label, jvms, results, into -> {
                into.addAll(jvms.get(label).finish());
                jvms.remove(label).close();
            });
        }
    }

    private interface Step {
        void run(Measured into) throws IOException, InterruptedException;
    }

    /** A JVM that fails takes no more turns; the others go on. */
    private static void attempt(String label, Map<String, TurnJvm> jvms, Map<String, Measured> results, Step step)
            throws InterruptedException {
        Measured into = results.computeIfAbsent(label, unused -> new Measured());
        try {
            step.run(into);
        } catch (IOException e) {
            into.addFailure(String.valueOf(e.getMessage()));
            TurnJvm failed = jvms.remove(label);
            if (failed != null) {
                try {
                    failed.close();
                } catch (IOException f) {
                    into.addFailure(String.valueOf(f.getMessage()));
                }
            }
        }
    }

    private List<String> command(Jdk jdk, String classPath, String workload, String allocator) {
        List<String> command = new ArrayList<>(List.of(jdk.java().toString(), "-Xms96m", "-Xmx96m", "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch")); /* a Java heap that does not change the resident size */
        if (jdk.feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        if (jdk.feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-cp", classPath, SizesMain.class.getName(), allocator, workload, check ? "check" : "measure"));
        return command;
    }
}
