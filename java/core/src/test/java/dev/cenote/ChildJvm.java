package dev.cenote;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, for what happens once in a process or depends on how the JVM was started. */
final class ChildJvm {

    private static final long PATIENCE_SECONDS = 180;

    private ChildJvm() {
    }

    /** Runs it on this JDK to its end; what it prints goes to a file. Gives its exit code. */
    static int run(Path output, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of(arguments));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        if (!child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            child.destroyForcibly();
        }
        return child.waitFor();
    }

    /** This JVM's class path, with the classes under test and these tests first, as Surefire has them. */
    static String classPath() throws Exception {
        return folderOf(BlockPool.class) + File.pathSeparator + folderOf(ChildJvm.class) + File.pathSeparator
            + System.getProperty("java.class.path");
    }

    private static String folderOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }
}
