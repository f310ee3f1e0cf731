package dev.cenote.gateway.load;

import java.io.File;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The processes we started: ended when we end, however we end. */
public final class ChildProcesses {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "end-children"));
    }

    private ChildProcesses() {
    }

    public static <P extends Process> P watch(P process) {
        RUNNING.add(process);
        process.onExit().thenAccept(RUNNING::remove);
        return process;
    }

    /** The class path of this process, absolute, for a JVM of our own code. */
    public static String classPath() {
        String surefire = System.getProperty("surefire.test.class.path"); // the test runner hides it in a manifest
        StringBuilder path = new StringBuilder();
        for (String entry : (surefire != null ? surefire : System.getProperty("java.class.path")).split(File.pathSeparator)) {
            path.append(path.isEmpty() ? "" : File.pathSeparator).append(new File(entry).getAbsolutePath());
        }
        return path.toString();
    }
}
