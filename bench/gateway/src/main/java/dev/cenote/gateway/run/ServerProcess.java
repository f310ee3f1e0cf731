package dev.cenote.gateway.run;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cenote.gateway.load.ChildProcesses;
import dev.cenote.gateway.memory.MemoryKind;
import dev.cenote.gateway.server.ServerMain;
import dev.cenote.gateway.server.ServerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The demo's gateway in a JVM of its own, with the same flags for every memory kind. */
final class ServerProcess implements AutoCloseable {
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final SteeredProcess process;
    private final GcLog gcLog;

    ServerProcess(Settings settings, MemoryKind kind, Path folder) throws IOException, InterruptedException {
        Path gc = folder.resolve("gc.log");
        gcLog = new GcLog(gc);
        List<String> command = new ArrayList<>(List.of(settings.java().toString()));
        command.addAll(flags(settings));
        command.addAll(List.of("-Xlog:gc,gc+heap+coops=debug:file=" + gc + ":uptime:filecount=0", "-cp", ChildProcesses.classPath(),
                ServerMain.class.getName(), kind.id(), JSON.writeValueAsString(settings.server())));
        process = new SteeredProcess(command, folder.resolve("server.log"));
    }

    /** The JVM flags of every gateway, the same for all memory kinds. */
    static List<String> flags(Settings settings) throws IOException {
        List<String> flags = new ArrayList<>(List.of("-Xms" + settings.heap(), "-Xmx" + settings.heap(), "-XX:+UseG1GC",
                "-XX:MaxDirectMemorySize=" + (settings.server().memory().maximumBytes() >> 20) + "m",
                "-Dio.netty.leakDetection.level=disabled"));
        if (JavaVersion.of(settings.java()) >= 24) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        return flags;
    }

    int port() {
        return process.port();
    }

    long pid() {
        return process.pid();
    }

    GcLog gcLog() {
        return gcLog;
    }

    /** Any thread: one question at a time. */
    ServerStatus status() throws IOException, InterruptedException {
        return JSON.readValue(process.ask("status"), ServerStatus.class);
    }

    /** Ends it in good order. */
    void stop() throws IOException, InterruptedException {
        process.stop();
    }

    @Override
    public void close() {
        process.close();
    }
}
