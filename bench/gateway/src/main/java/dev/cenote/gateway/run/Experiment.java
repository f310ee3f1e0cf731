package dev.cenote.gateway.run;

import dev.cenote.gateway.load.Corpus;
import dev.cenote.gateway.load.LoadClient;
import dev.cenote.gateway.memory.MemoryKind;
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

/** All memory kinds under the same load, round by round, so that a slow minute of the machine hits none alone. */
public final class Experiment {
    private final Settings settings;
    private final LoadClient client;
    private final Corpus corpus;
    private final Progress progress;

    public Experiment(Settings settings, LoadClient client, Corpus corpus, Progress progress) {
        this.settings = settings;
        this.client = client;
        this.corpus = corpus;
        this.progress = progress;
    }

    /** One measurement for each kind and round, in the order they ran. */
    public List<Measurement> run() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("cenote-gateway");
        Thread cleaner = new Thread(() -> delete(folder), "delete-temporary-files"); // when the user interrupts us
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            Path documents = Files.createDirectory(folder.resolve("documents"));
            corpus.write(documents);
            Trial trial = new Trial(settings, client, documents, progress);
            List<Measurement> measurements = new ArrayList<>();
            int total = settings.rounds() * settings.kinds().size();
            for (int round = 0; round < settings.rounds(); round++) {
                List<MemoryKind> order = new ArrayList<>(settings.kinds());
                Collections.rotate(order, -round);
                for (MemoryKind kind : order) {
                    String title = String.format(Locale.ROOT, "[%d/%d] %-14s", measurements.size() + 1, total, kind.id());
                    Path own = Files.createDirectory(folder.resolve(round + "-" + kind.id()));
                    Measurement measurement = trial.run(kind, round, title, own);
                    progress.line(title + "  " + summary(measurement));
                    measurements.add(measurement);
                }
            }
            return measurements;
        } finally {
            Runtime.getRuntime().removeShutdownHook(cleaner);
            delete(folder);
        }
    }

    /** The JVM flags of the gateways, for the report. */
    public static List<String> serverFlags(Settings settings) throws IOException {
        return ServerProcess.flags(settings);
    }

    private static String summary(Measurement measurement) {
        String text = String.format(Locale.ROOT, "%.0f requests/s, p99 %.2f ms, %d MiB resident at most",
                measurement.load().perSecond(), measurement.load().micros(99) / 1e3, measurement.residentPeak() >> 20);
        return measurement.failures().isEmpty() ? text : text + "  FAILED: " + String.join("; ", measurement.failures());
    }

    private static void delete(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.getLogger(Experiment.class.getName()).log(System.Logger.Level.WARNING, "left behind: " + folder, e);
        }
    }
}
