package dev.cenote.gateway;

import dev.cenote.gateway.load.Corpus;
import dev.cenote.gateway.load.LoadClient;
import dev.cenote.gateway.load.OwnClient;
import dev.cenote.gateway.load.WrkClient;
import dev.cenote.gateway.memory.MemoryKind;
import dev.cenote.gateway.memory.MemoryKinds;
import dev.cenote.gateway.memory.MemorySettings;
import dev.cenote.gateway.run.JavaVersion;
import dev.cenote.gateway.run.Settings;
import dev.cenote.gateway.server.ServerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@link Demo}, checked: what is wrong is said in one line that names the option and what it may be. */
final class Options {
    enum Client { wrk, own }

    private static final long MEMORY_BYTES_MAX = 1L << 30;
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    @Option(names = "--only", split = ",", paramLabel = "KIND", description = "Memory kinds to run, separated by commas. "
            + "Default: heap,direct,netty-pooled,netty-adaptive,netty-adaptive-all,cenote-java,cenote-jni,cenote-netty")
    private List<String> only = new ArrayList<>();

    @Option(names = "--duration", paramLabel = "SECONDS", defaultValue = "10",
            description = "Measured time per kind and round, 1 to 3600. Default: ${DEFAULT-VALUE}")
    private int duration;

    @Option(names = "--warm-up", paramLabel = "SECONDS", defaultValue = "4",
            description = "Load before that, not measured, 0 to 600. Default: ${DEFAULT-VALUE}")
    private int warmUp;

    @Option(names = "--patience", paramLabel = "SECONDS", defaultValue = "3",
            description = "How long after the load an answer may take before it counts as an error, 1 to 600. Default: ${DEFAULT-VALUE}")
    private int patience;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "1",
            description = "How often to run all kinds, 1 to 100; the table then shows the middle and the spread. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "32",
            description = "HTTP connections, 1 to 10000. Default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--client", paramLabel = "wrk|own",
            description = "wrk: as fast as the gateway answers. own: a fixed rate (--rate), latency free of coordinated omission. "
                + "Default: wrk when it is installed, else own")
    private @Nullable Client client;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "2000",
            description = "Messages per second of the own client, or 0 for as many as are answered. Default: ${DEFAULT-VALUE}")
    private double rate;

    @Option(names = "--input", paramLabel = "DIR", description = "Send the files of this folder instead of the built-in "
            + "documents (files up to 1 MiB, 64 MiB in all)")
    private @Nullable Path input;

    @Option(names = "--block-bytes", paramLabel = "BYTES", defaultValue = "4096",
            description = "Size of a block, a power of two from 256 to 1048576. Default: ${DEFAULT-VALUE}")
    private int blockBytes;

    @Option(names = "--whole-bodies", description = "Let kinds that can give any size take a body in one piece; Cenote still "
            + "uses blocks")
    private boolean wholeBodies;

    @Option(names = "--slow-share", paramLabel = "SHARE", defaultValue = "0.10",
            description = "Share of messages held for 50 to 200 ms, 0 to 1. Default: ${DEFAULT-VALUE}")
    private double slowShare;

    @Option(names = "--heap", paramLabel = "SIZE", defaultValue = "256m",
            description = "Java heap of the gateways, as -Xmx takes it. Default: ${DEFAULT-VALUE}")
    private String heap = "";

    @Option(names = "--java", paramLabel = "FILE", description = "The java program to run the gateways on. Default: the one this runs on")
    private @Nullable Path java;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
            description = "Seed of message order and lifetimes. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--report", paramLabel = "FILE", defaultValue = "${sys:cenote.demo.report:-gateway-report.html}",
            description = "The HTML report. Default: ${DEFAULT-VALUE}")
    private Path report = Path.of("gateway-report.html");

    @Option(names = "--json", paramLabel = "FILE", description = "Also write all figures as JSON")
    private @Nullable Path json;

    Settings settings(CommandLine line) throws IOException {
        check(line, "--duration", duration, 1, 3600);
        check(line, "--warm-up", warmUp, 0, 600);
        check(line, "--patience", patience, 1, 600);
        check(line, "--rounds", rounds, 1, 100);
        check(line, "--connections", connections, 1, 10_000);
        check(line, "--rate", rate, 0, 10_000_000);
        check(line, "--slow-share", slowShare, 0, 1);
        check(line, "--block-bytes", blockBytes, 256, 1 << 20);
        if (Integer.bitCount(blockBytes) != 1) {
            throw new ParameterException(line, "--block-bytes must be a power of two, not " + blockBytes);
        }
        if (!heap.matches("[1-9][0-9]*[kKmMgG]")) {
            throw new ParameterException(line, "--heap must be a size such as 256m, not '" + heap + "'");
        }
        writable(line, "--report", report);
        if (json != null) {
            writable(line, "--json", json);
        }
        int side = Math.max(1, CORES / 4);
        return new Settings(kinds(line), rounds, Duration.ofSeconds(warmUp), Duration.ofSeconds(duration), Duration.ofSeconds(patience), connections, side,
                clientKind() == Client.own ? rate : 0, seed, javaProgram(line), heap,
                new ServerSettings(new MemorySettings(blockBytes, wholeBodies, MEMORY_BYTES_MAX), side, side, slowShare, seed));
    }

    Corpus corpus(CommandLine line) throws IOException {
        if (input == null) {
            return Corpus.ofCatalog();
        }
        if (!Files.isDirectory(input)) {
            throw new ParameterException(line, "--input must be a folder, not " + input);
        }
        try {
            return Corpus.ofFolder(input, seed);
        } catch (IOException e) {
            throw new ParameterException(line, "--input: " + e.getMessage(), e);
        }
    }

    LoadClient client(CommandLine line) {
        if (clientKind() == Client.own) {
            return new OwnClient(List.of(ownJava().toString()));
        }
        Path wrk = WrkClient.find();
        if (wrk == null) {
            throw new ParameterException(line, "--client wrk needs the program wrk on the PATH (apt-get install wrk)");
        }
        return new WrkClient(wrk);
    }

    Path reportFile() {
        return report;
    }

    @Nullable Path jsonFile() {
        return json;
    }

    private Client clientKind() {
        return client != null ? client : WrkClient.find() != null ? Client.wrk : Client.own;
    }

    private List<MemoryKind> kinds(CommandLine line) {
        if (only.isEmpty()) {
            return MemoryKinds.all();
        }
        try {
            return only.stream().distinct().map(MemoryKinds::of).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, "--only: " + e.getMessage(), e);
        }
    }

    private Path javaProgram(CommandLine line) {
        Path program = java != null ? java : ownJava();
        try {
            if (JavaVersion.of(program) < 17) {
                throw new ParameterException(line, "--java must be Java 17 or later: " + program);
            }
        } catch (IOException e) {
            throw new ParameterException(line, "--java: " + e.getMessage(), e);
        }
        return program;
    }

    private static Path ownJava() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private static void check(CommandLine line, String option, double value, double from, double to) {
        if (!(value >= from && value <= to)) {
            throw new ParameterException(line, String.format("%s must be between %s and %s, not %s", option,
                    number(from), number(to), number(value)));
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static void writable(CommandLine line, String option, Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null && !Files.isDirectory(file)) {
                Files.createDirectories(folder);
                if (Files.isWritable(Files.exists(file) ? file : folder)) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new ParameterException(line, option + " cannot be written: " + file, e);
        }
        throw new ParameterException(line, option + " cannot be written: " + file);
    }
}
