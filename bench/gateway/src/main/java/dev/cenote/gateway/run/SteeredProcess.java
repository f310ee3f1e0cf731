package dev.cenote.gateway.run;

import dev.cenote.gateway.load.ChildProcesses;
import dev.cenote.gateway.server.ServerMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A gateway in a JVM of its own, which answers lines on its standard input by lines on its standard output. */
public final class SteeredProcess implements AutoCloseable {
    /** A machine busy with other work starts a JVM slowly. */
    private static final long ANSWER_SECONDS = 60;

    private final Process process;
    private final Writer commands;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Path log;
    private final int port;

    /**
     * Starts it and waits until it tells its port.
     *
     * @param log where its standard error goes
     */
    public SteeredProcess(List<String> command, Path log) throws IOException, InterruptedException {
        this.log = log;
        process = ChildProcesses.watch(new ProcessBuilder(command).redirectError(log.toFile()).start());
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII);
        Thread reader = new Thread(this::readAnswers, "server-output");
        reader.setDaemon(true);
        reader.start();
        port = Integer.parseInt(answer("port"));
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** Any thread: one question at a time. The answer is a line that begins with the word of the question. */
    public synchronized String ask(String word) throws IOException, InterruptedException {
        commands.write(word + "\n");
        commands.flush();
        return answer(word);
    }

    /** Ends it in good order. */
    public void stop() throws IOException, InterruptedException {
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
