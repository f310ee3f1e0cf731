package dev.cenote.bench.drive;

import dev.cenote.bench.harness.Outcome;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A JVM that measures when it is told to: several of them, warm, take turns of a fraction of a second. A machine that is
 * slower for some seconds is slower for all of them then, and what their turns' ratios tell does not change.
 * <p>It reads a line "milliseconds" for each turn, tells numbers and then {@link Outcome#MARK} "turn"; the rest at the end
 * of its input, so it ends with the driver, however that ends.
 */
final class TurnJvm implements AutoCloseable {

    private static final long SECONDS_MAX = 300;
    private static final String TURN = Outcome.MARK + "turn";

    private final Process process;
    private final Writer to;
    private final BufferedReader from;
    private final File errors;

    TurnJvm(List<String> command, Path module) throws IOException {
        errors = Files.createTempFile(module.resolve("target"), "turn", ".err").toFile();
        process = new ProcessBuilder(command).redirectError(errors).start();
        CompletableFuture.delayedExecutor(SECONDS_MAX, TimeUnit.SECONDS).execute(process::destroyForcibly);
        to = process.outputWriter();
        from = process.inputReader();
    }

    /** One turn; gives what it told. */
    Measured turn(long millis) throws IOException {
        try {
            to.write(millis + "\n");
            to.flush();
        } catch (IOException e) {
            throw failed(e.getMessage());
        }
        Measured told = new Measured();
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            if (line.startsWith(TURN)) {
                return told;
            }
            Measurer.read(line, told);
        }
        throw failed("it ended in its turn");
    }

    /** Lets it end; gives what it told at last. */
    Measured finish() throws IOException, InterruptedException {
        to.close();
        Measured told = new Measured();
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            Measurer.read(line, told);
        }
        if (process.waitFor() != 0) {
            throw failed("exit code " + process.exitValue());
        }
        return told;
    }

    private IOException failed(String what) throws IOException {
        return new IOException(what + ": " + Measurer.firstLines(Files.readString(errors.toPath())));
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(errors.toPath());
    }
}
