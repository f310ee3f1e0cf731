package dev.cenote.gateway.experiment;

import dev.cenote.gateway.graph.Orders;
import dev.cenote.gateway.pool.ContextPools;
import dev.cenote.gateway.run.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** All pools under the same load, round by round, so that a slow minute of the machine hits none alone. */
final class GatewayExperiment {
    private final ContextSettings settings;
    private final Progress progress;

    GatewayExperiment(ContextSettings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /** One result for each pool and round, in the order they ran. */
    List<ContextResult> run() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("cenote-experiment");
        Thread cleaner = new Thread(() -> delete(folder), "delete-temporary-files"); // when the user interrupts us
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            Path documents = Files.createDirectory(folder.resolve("documents"));
            Orders.corpus(settings.load().mix(), settings.seed()).write(documents);
            return rounds(folder, documents);
        } finally {
            Runtime.getRuntime().removeShutdownHook(cleaner);
            delete(folder);
        }
    }

    private List<ContextResult> rounds(Path folder, Path documents) throws IOException, InterruptedException {
        List<ContextResult> results = new ArrayList<>();
        List<ContextTrial> resting = new ArrayList<>(); /* those of the last round, without load: they cost nearly nothing */
        List<Integer> restingResults = new ArrayList<>();
        int total = settings.rounds() * settings.kinds().size();
        try {
            for (int round = 0; round < settings.rounds(); round++) {
                List<ContextPools> order = new ArrayList<>(settings.kinds());
                Collections.rotate(order, -round);
                for (ContextPools kind : order) {
                    String title = String.format(Locale.ROOT, "[%d/%d] %-14s", results.size() + 1, total, kind.id());
                    progress.step(title + "  starting");
                    ContextTrial trial = new ContextTrial(settings, kind, Files.createDirectory(folder.resolve(round + "-" + kind.id())));
                    resting.add(trial);
                    ContextResult result = trial.load(documents, round, title, progress);
                    if (round + 1 < settings.rounds()) {
                        List<String> failures = new ArrayList<>();
                        trial.stop(failures);
                        resting.remove(trial);
                        result = result.withAftermath(-1, result.samples(), result.decisions(), failures);
                    } else {
                        restingResults.add(results.size());
                    }
                    progress.line(title + "  " + summary(result));
                    results.add(result);
                }
            }
            for (int i = 0; i < resting.size(); i++) {
                progress.step(String.format(Locale.ROOT, "after the load: %s", settings.kinds().size() == 1 ? "" : resting.size() - i + " to go"));
                int at = restingResults.get(i);
                results.set(at, resting.get(i).aftermath(results.get(at)));
            }
            return results;
        } finally {
            resting.forEach(ContextTrial::close);
        }
    }

    private static String summary(ContextResult result) {
        String text = String.format(Locale.ROOT, "%.1f %% hits, %.1f MiB/s of garbage, %d pauses of %.1f ms in all, p99 %.2f ms, %.0f held",
                100 * result.hitRate(), result.heapBytesPerSecond() / (1 << 20), result.pauseMillis().size(), result.pauseTotal(),
                result.load().micros(99) / 1e3, result.heldMean());
        return result.failures().isEmpty() ? text : text + "  FAILED: " + String.join("; ", result.failures());
    }

    private static void delete(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.getLogger(GatewayExperiment.class.getName()).log(System.Logger.Level.WARNING, "left behind: " + folder, e);
        }
    }
}
