package dev.cenote.bench.drive;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The class path of the measured JVMs. On Java 22 and newer it begins with the peers that need the foreign memory API
 * or Stormpot 4, compiled here with that JDK's own compiler, so that Maven needs Java 17 only.
 */
final class ClassPaths {

    private static final int FOREIGN_API = 22;

    private final Path module;
    private final Map<Integer, String> known = new HashMap<>();

    /** @param module the folder of the Maven module, built */
    ClassPaths(Path module) {
        this.module = module;
    }

    String of(Jdk jdk) {
        return known.computeIfAbsent(jdk.feature(), unused -> build(jdk));
    }

    private String build(Jdk jdk) {
        Path target = module.resolve("target");
        String common = joined(List.of(target.resolve("classes").toString(), jarsOf(target.resolve("lib"))));
        if (jdk.feature() < FOREIGN_API) {
            return common;
        }
        String newer = joined(List.of(jarsOf(target.resolve("lib21")), common));
        Path classes = target.resolve("classes-" + jdk.feature());
        compile(jdk, classes, newer);
        return joined(List.of(classes.toString(), newer));
    }

    private static String joined(List<String> parts) {
        return String.join(File.pathSeparator, parts);
    }

    private static String jarsOf(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return joined(files.map(Path::toString).filter(name -> name.endsWith(".jar")).sorted().toList());
        } catch (IOException e) {
            throw new UncheckedIOException("the benchmarks are not built: run ci/bench without --no-build", e);
        }
    }

    private void compile(Jdk jdk, Path into, String classPath) {
        Path peers = Path.of("dev", "cenote", "bench", "peer");
        List<String> command = new ArrayList<>(List.of(jdk.javac().toString(), "--release", Integer.toString(FOREIGN_API),
                "-proc:none", "-nowarn", "-d", into.toString(), "-cp", classPath));
        command.add(module.resolve("src/main/java").resolve(peers).resolve("StormpotPool.java").toString());
        try (Stream<Path> sources = Files.walk(module.resolve("src/main/java22"))) {
            sources.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(command::add);
            Files.createDirectories(into);
            Process process = new ProcessBuilder(command).inheritIO().start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the peers of Java " + FOREIGN_API + " do not compile with " + jdk);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
