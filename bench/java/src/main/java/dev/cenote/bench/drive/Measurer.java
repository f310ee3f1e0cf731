package dev.cenote.bench.drive;

import dev.cenote.bench.harness.BlockBench;
import dev.cenote.bench.harness.ColdStart;
import dev.cenote.bench.harness.Duel;
import dev.cenote.bench.harness.Growth;
import dev.cenote.bench.harness.Handoff;
import dev.cenote.bench.harness.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Starts one JVM for a job and collects what it measured. */
final class Measurer {

    private static final long CHILD_SECONDS_MAX = 120;
    private static final int WARM_UP_MILLIS = 220;
    private static final String TWO_THREADS_MILLIS = "1500";   // as long as JMH's iterations with what lies between them
    private static final String COUNTED = "garbageBytes";

    private final ClassPaths classPaths;
    private final Path module;
    private final int iterations;
    private final int iterationMicros;

    Measurer(Path module, int iterations, int iterationMicros) {
        this.classPaths = new ClassPaths(module);
        this.module = module;
        this.iterations = iterations;
        this.iterationMicros = iterationMicros;
        System.setProperty("jmh.ignoreLock", "true");            // one job at a time, by construction
        System.setProperty("jmh.blackhole.autoDetect", "false"); // no benchmark returns a value
    }

    /** Makes everything ready that is not to be counted as measuring time. */
    void prepare(Jdk jdk) {
        classPaths.of(jdk);
    }

    /** Runs the job once; what goes wrong is recorded, not thrown: the other jobs are still worth running. */
    void run(Job job, Measured into) throws InterruptedException {
        try {
            if (job.scenario().jmhMethod() != null) {
                runJmh(job, into);
            } else {
                runChild(job, into);
            }
        } catch (RunnerException | IOException | IllegalStateException e) {
            into.addFailure(String.valueOf(e.getMessage()));
        }
    }

    private void runJmh(Job job, Measured into) throws RunnerException, IOException {
        System.setProperty("java.class.path", classPaths.of(job.jdk()));   // JMH hands its own to the fork
        Options options = new OptionsBuilder()
                .include("^" + BlockBench.class.getName().replace(".", "\\.") + "\\." + job.scenario().jmhMethod() + "$")
                .param("peer", job.peer().label())
                .param("bytes", Integer.toString(job.bytes()))
                .jvm(job.jdk().java().toString())
                .jvmArgs(JvmFlags.of(job.scenario(), job.jdk()).toArray(String[]::new))
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.milliseconds(WARM_UP_MILLIS))
                .shouldFailOnError(true)
                .measurementIterations(iterations)
                .measurementTime(TimeValue.microseconds(iterationMicros))
                .verbosity(VerboseMode.SILENT)
                .build();
        Collection<RunResult> results;
        BusyProcessors busy = new BusyProcessors();
        try {
            results = new Runner(options).run();
        } finally {
            busy.close();
        }
        for (RunResult result : results) {
            BenchmarkParams params = result.getParams();
            if (params == null) {
                continue;
            }
            for (BenchmarkResult fork : result.getBenchmarkResults()) {
                for (IterationResult iteration : fork.getIterationResults()) {
                    double nanos = iteration.getPrimaryResult().getScore();
                    into.add("ns", nanos);
                    iteration.getSecondaryResults().forEach((name, value) -> {
                        if (name.equals(COUNTED)) {
                            into.add("bytes", value.getScore() * nanos / (iterationMicros * 1000.0));
                        }
                    });
                }
            }
        }
        if (into.median("ns").isEmpty()) {
            throw new IllegalStateException("JMH measured nothing for " + job.label());
        }
    }

    private void runChild(Job job, Measured into) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(job.jdk().java().toString());
        command.addAll(JvmFlags.of(job.scenario(), job.jdk()));
        command.add("-cp");
        command.add(classPaths.of(job.jdk()));
        command.addAll(mainAndArguments(job));
        runChild(command, module, into);
    }

    /** Runs a JVM to its end and reads what it tells; its output goes through a file in the module's folder. */
    static void runChild(List<String> command, Path module, Measured into) throws IOException, InterruptedException {
        File output = Files.createTempFile(module.resolve("target"), "child", ".out").toFile();
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
            if (!process.waitFor(CHILD_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("no result within " + CHILD_SECONDS_MAX + " s");
            }
            String text = Files.readString(output.toPath());
            if (process.exitValue() != 0 || !read(text, into)) {
                throw new IllegalStateException("exit code " + process.exitValue() + ": " + firstLines(text));
            }
        } finally {
            Files.deleteIfExists(output.toPath());
        }
    }

    private List<String> mainAndArguments(Job job) {
        String peer = job.peer().label();
        String bytes = Integer.toString(job.bytes());
        return switch (job.scenario()) {
            case SOLO -> List.of(Duel.class.getName(), peer, bytes, "1", TWO_THREADS_MILLIS);
            case DUEL -> List.of(Duel.class.getName(), peer, bytes, "2", TWO_THREADS_MILLIS);
            case HANDOFF -> List.of(Handoff.class.getName(), peer, bytes, TWO_THREADS_MILLIS);
            case COLD -> List.of(ColdStart.class.getName(), peer, bytes, "300");
            case GROWTH -> List.of(Growth.class.getName(), bytes, "4");
            default -> throw new IllegalArgumentException(job.scenario() + " is measured by JMH");
        };
    }

    /** Reads the lines of {@link Outcome}; false if there is none. */
    static boolean read(String text, Measured into) {
        boolean found = false;
        for (String line : text.split("\n")) {
            if (line.startsWith(Outcome.MARK)) {
                String[] words = line.substring(Outcome.MARK.length()).trim().split(" ");
                for (int i = 1; i < words.length; i++) {
                    into.add(words[0], Double.parseDouble(words[i]));
                    found = true;
                }
            }
        }
        return found;
    }

    static String firstLines(String text) {
        return text.lines().filter(line -> !line.startsWith("WARNING")).limit(4).reduce("", (a, b) -> a + " | " + b);
    }
}
