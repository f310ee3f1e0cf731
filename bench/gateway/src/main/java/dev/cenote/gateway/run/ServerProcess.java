package dev.cenote.gateway.run;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cenote.gateway.load.ChildProcesses;
import dev.cenote.gateway.memory.MemoryKind;
import dev.cenote.gateway.server.ServerMain;
import dev.cenote.gateway.server.ServerStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A gateway in a JVM of its own, with the same flags for every memory kind. */
final class ServerProcess implements AutoCloseable {
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final long ANSWER_SECONDS = 20;

    private final Process process;
    private final Writer commands;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Path log;
    private final GcLog gcLog;
    private final int port;

    ServerProcess(Settings settings, MemoryKind kind, Path folder) throws IOException, InterruptedException {
        log = folder.resolve("server.log");
        Path gc = folder.resolve("gc.log");
        gcLog = new GcLog(gc);
        List<String> command = new ArrayList<>(List.of(settings.java().toString()));
        command.addAll(flags(settings));
        command.addAll(List.of("-Xlog:gc:file=" + gc + ":uptime:filecount=0", "-cp", ChildProcesses.classPath(),
                ServerMain.class.getName(), kind.id(), JSON.writeValueAsString(settings.server())));
        process = ChildProcesses.watch(new ProcessBuilder(command).redirectError(log.toFile()).start());
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII);
        Thread reader = new Thread(this::readAnswers, "server-output");
        reader.setDaemon(true);
        reader.start();
        port = Integer.parseInt(answer("port"));
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
        return port;
    }

    long pid() {
        return process.pid();
    }

    GcLog gcLog() {
        return gcLog;
    }

    /** Any thread: one question at a time. */
    synchronized ServerStatus status() throws IOException, InterruptedException {
        commands.write("status\n");
        commands.flush();
        return JSON.readValue(answer("status"), ServerStatus.class);
    }

    /** Ends it in good order. */
    void stop() throws IOException, InterruptedException {
        commands.write("stop\n");
        commands.flush();
        answer("stopped");
        if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("the gateway did not end well" + lastWords());
        }
    }

    private String answer(String word) throws IOException, InterruptedException {
        String line = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (line == null || !line.startsWith(word)) {
            throw new IOException("the gateway gave no answer to '" + word + "'" + lastWords());
        }
        return line.substring(word.length()).trim();
    }

    private void readAnswers() {
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(ServerMain.PREFIX)) {
                    answers.add(line.substring(ServerMain.PREFIX.length()));
                }
            }
        } catch (IOException e) {
            // the process has ended
        }
        answers.add("ended");
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        List<String> last = lines.subList(Math.max(0, lines.size() - 12), lines.size());
        return last.isEmpty() ? "" : ":\n    " + String.join("\n    ", last);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
