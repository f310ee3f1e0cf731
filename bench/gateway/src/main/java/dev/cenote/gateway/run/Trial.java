package dev.cenote.gateway.run;

import dev.cenote.gateway.load.LoadClient;
import dev.cenote.gateway.load.LoadPlan;
import dev.cenote.gateway.load.LoadResult;
import dev.cenote.gateway.memory.MemoryKind;
import dev.cenote.gateway.server.ServerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One memory kind, one round: a fresh gateway process, warmed up, loaded, drained, judged, stopped. */
final class Trial {
    /** How long messages may take to be released after the last answer; lifetimes are far shorter. */
    private static final long DRAIN_MILLIS = 5_000;
    /** A moment for allocators, and for the JVM's compilers, to give memory back before the last look. */
    private static final long SETTLE_MILLIS = 3_000;

    private final Settings settings;
    private final LoadClient client;
    private final Path corpus;
    private final Progress progress;

    Trial(Settings settings, LoadClient client, Path corpus, Progress progress) {
        this.settings = settings;
        this.client = client;
        this.corpus = corpus;
        this.progress = progress;
    }

    Measurement run(MemoryKind kind, int round, String title, Path folder) throws IOException, InterruptedException {
        progress.step(title + "  starting");
        try (ServerProcess server = new ServerProcess(settings, kind, folder);
             ResidentMemory resident = new ResidentMemory(server.pid())) {
            Window window = new Window(server, resident, title);
            LoadResult load = window.load(new LoadPlan(server.port(), corpus, settings.connections(), settings.clientThreads(),
                    settings.warmUp(), settings.measured(), settings.patience(), settings.ratePerSecond(), settings.seed() + round));
            ServerStatus last = drain(server);
            Thread.sleep(SETTLE_MILLIS);
            List<Sample> samples = resident.samples();
            long outsideHeap = ResidentMemory.outsideHeap(server.pid(), server.gcLog().heap());
            List<String> failures = new ArrayList<>(Verdict.failures(load, last));
            try {
                server.stop();
            } catch (IOException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
            return window.measurement(kind, round, load, samples, outsideHeap, last, failures);
        }
    }

    /** Waits until every message is released, or the time for that is over. */
    private static ServerStatus drain(ServerProcess server) throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
        ServerStatus status = server.status();
        while ((status.held() != 0 || status.outstanding() != 0) && System.nanoTime() - endNanos < 0) {
            Thread.sleep(50);
            status = server.status();
        }
        return status;
    }

    /** The measured window: marks at its begin and end, progress in between. */
    private final class Window implements LoadClient.Watcher {
        private final ServerProcess server;
        private final ResidentMemory resident;
        private final String title;
        private volatile String phase = "";
        private volatile double phaseFrom;
        private volatile double phaseSeconds;
        private long heldPeak = -1;
        private Mark shown;
        private Mark begin;
        private Mark end;

        Window(ServerProcess server, ResidentMemory resident, String title) throws IOException, InterruptedException {
            this.server = server;
            this.resident = resident;
            this.title = title;
            this.begin = mark();
            this.end = begin;
            this.shown = begin;
        }

        /** Runs the client on a second thread, so that this one can show progress and mark the window. */
        LoadResult load(LoadPlan plan) throws IOException, InterruptedException {
            ExecutorService executor = Executors.newSingleThreadExecutor();
            try {
                Future<LoadResult> running = executor.submit(() -> client.run(plan, this));
                long giveUp = System.nanoTime() + plan.warmUp().plus(plan.measured()).plus(plan.patience()).plusSeconds(60).toNanos();
                while (true) {
                    try {
                        LoadResult result = running.get(500, TimeUnit.MILLISECONDS);
                        end = mark();
                        return result;
                    } catch (TimeoutException e) {
                        if (System.nanoTime() - giveUp > 0) {
                            throw new IOException("the client did not end", e);
                        }
                        show();
                    }
                }
            } catch (ExecutionException e) {
                throw new IOException("the client failed: " + e.getCause().getMessage(), e);
            } finally {
                executor.shutdownNow();
            }
        }

        @Override
        public void warmingUp() {
            phase("warming up", settings.warmUp().toMillis() / 1e3);
        }

        @Override
        public void measuring() throws IOException {
            try {
                begin = mark();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            phase("measuring", settings.measured().toMillis() / 1e3);
        }

        private void phase(String name, double seconds) {
            phase = name;
            phaseFrom = resident.seconds();
            phaseSeconds = seconds;
            progress.step(title + "  " + name + String.format(Locale.ROOT, " %.0f s", seconds));
        }

        /** A look at the gateway twice a second, the same for every kind. */
        private void show() throws IOException, InterruptedException {
            Mark now = mark();
            heldPeak = Math.max(heldPeak, now.status.heldBytes());
            List<Sample> samples = resident.samples();
            double perSecond = (now.status.answered() - shown.status.answered()) / Math.max(1e-3, (now.nanos - shown.nanos) / 1e9);
            progress.update(String.format(Locale.ROOT, "%s  %s %.0f of %.0f s, %.0f requests/s, %d MiB resident", title, phase,
                    Math.min(phaseSeconds, now.seconds - phaseFrom), phaseSeconds, perSecond,
                    samples.isEmpty() ? 0 : samples.get(samples.size() - 1).bytes() >> 20));
            shown = now;
        }

        private Mark mark() throws IOException, InterruptedException {
            return new Mark(System.nanoTime(), resident.seconds(), server.gcLog().mark(), server.status());
        }

        Measurement measurement(MemoryKind kind, int round, LoadResult load, List<Sample> samples, long outsideHeap,
                                ServerStatus last, List<String> failures) throws IOException {
            double seconds = (end.nanos - begin.nanos) / 1e9;
            GcLog.Pauses pauses = server.gcLog().between(begin.gcLines, end.gcLines);
            boolean countsGrowths = last.growths() >= 0;
            return new Measurement(kind.id(), round, load, pauses.count(), pauses.longestMillis(), pauses.totalMillis(),
                    (end.status.heapAllocatedBytes() - begin.status.heapAllocatedBytes()) / seconds,
                    (end.status.bytes() - begin.status.bytes()) / seconds,
                    ResidentMemory.peak(samples, begin.seconds, end.seconds),
                    samples.isEmpty() ? 0 : samples.get(samples.size() - 1).bytes(), outsideHeap,
                    Math.max(heldPeak, end.status.heldBytes()), last.growths(),
                    countsGrowths ? end.status.growths() - begin.status.growths() : -1,
                    samples, begin.seconds, end.seconds, last.outstanding(), failures);
        }
    }

    private record Mark(long nanos, double seconds, int gcLines, ServerStatus status) {
    }
}
