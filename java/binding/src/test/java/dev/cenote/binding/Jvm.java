package dev.cenote.binding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Java programs in JVMs of their own: this one's, or another JDK that is installed. */
final class Jvm {

    /** The classes for JDK 22 and later, which a JVM finds by itself in jars alone. */
    static final Path CLASSES_22 = Path.of("target/classes/META-INF/versions/22").toAbsolutePath();
    private static final Pattern RELEASE = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    private Jvm() {
    }

    /** What a JVM said and how it ended. */
    record Outcome(int exit, String output) {
    }

    static Path home() {
        return Path.of(System.getProperty("java.home"));
    }

    /** An installed JDK of at least this version: this one, one beside it, or one where distributions put them. */
    static Optional<Path> homeOfAtLeast(int version) throws IOException {
        List<Path> homes = new ArrayList<>(List.of(home()));
        for (Path parent : List.of(home().getParent(), Path.of("/usr/lib/jvm"))) {
            if (Files.isDirectory(parent)) {
                try (Stream<Path> list = Files.list(parent)) {
                    homes.addAll(list.sorted().toList());
                }
            }
        }
        return homes.stream().filter(home -> version(home) >= version).findFirst();
    }

    private static int version(Path home) {
        try {
            Path release = home.resolve("release");
            Matcher version = RELEASE.matcher(Files.isRegularFile(release) ? Files.readString(release) : "");
            return Files.isExecutable(home.resolve("bin/java")) && version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Folders of this module's classes: the main ones, then the test ones. */
    static String classPath() {
        return Path.of("target/classes").toAbsolutePath() + ":" + Path.of("target/test-classes").toAbsolutePath();
    }

    static boolean hasClassesFor22() {
        return Files.isRegularFile(CLASSES_22.resolve("dev/cenote/binding/NativeMemory.class"));
    }

    /** The class path as JDK 22 and later see it in the jar. */
    static String classPath22() {
        return CLASSES_22 + ":" + classPath();
    }

    static Process start(Path home, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        return builder.start();
    }

    static Outcome end(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the JVM closed its output and did not end: " + output);
        }
        return new Outcome(process.exitValue(), output);
    }

    static Outcome run(Path home, List<String> arguments) throws IOException, InterruptedException {
        return end(start(home, arguments));
    }
}
