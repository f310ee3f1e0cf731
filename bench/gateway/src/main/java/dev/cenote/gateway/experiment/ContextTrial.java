package dev.cenote.gateway.experiment;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cenote.gateway.experiment.ContextResult.Decided;
import dev.cenote.gateway.experiment.ContextResult.Moment;
import dev.cenote.gateway.graph.GraphServerMain;
import dev.cenote.gateway.graph.GraphStatus;
import dev.cenote.gateway.load.ChildProcesses;
import dev.cenote.gateway.load.LoadClient;
import dev.cenote.gateway.load.LoadPlan;
import dev.cenote.gateway.load.LoadResult;
import dev.cenote.gateway.load.OwnClient;
import dev.cenote.gateway.meter.ProcessorTime;
import dev.cenote.gateway.pool.ContextPools;
import dev.cenote.gateway.pool.PoolStatus;
import dev.cenote.gateway.run.GcLog;
import dev.cenote.gateway.run.Progress;
import dev.cenote.gateway.run.SteeredProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One pool, one round: a fresh gateway process, warmed up, loaded, and looked at four times a second; after the last round it stays for a
 * while without load, to see what its pool lets go.
 */
final class ContextTrial implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final long LOOK_MILLIS = 250;
    /** A gateway that is later than this with an answer counts as overloaded. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final double RATE_KEPT = 0.99;

    private final ContextSettings settings;
    private final ContextPools kind;
    private final SteeredProcess process;
    private final GcLog gcLog;
    private final long beganNanos = System.nanoTime();
    private final List<Moment> moments = new ArrayList<>();
    private final List<Decided> decisions = new ArrayList<>();
    private final Thread watcher;
    private volatile boolean watching = true;
    private volatile long loadEndedNanos;
    private GraphStatus latest;
    private Mark begin;

    private record Mark(double seconds, int gcLines, GraphStatus status, StolenTime stolen, long cpuNanos) {
    }

    ContextTrial(ContextSettings settings, ContextPools kind, Path folder) throws IOException, InterruptedException {
        this.settings = settings;
        this.kind = kind;
        Path gc = folder.resolve("gc.log");
        gcLog = new GcLog(gc);
        List<String> command = new ArrayList<>(Processors.prefix(settings.processors().gateway()));
        command.add(settings.jvm().java().toString());
        command.addAll(settings.flags());
        command.addAll(List.of("-Xlog:gc:file=" + gc + ":uptime:filecount=0", "-cp", ChildProcesses.classPath(),
                GraphServerMain.class.getName(), kind.id(), Integer.toString(settings.threads()),
                Long.toString((long) (settings.load().otherMib() * (1 << 20)))));
        process = new SteeredProcess(command, folder.resolve("server.log"));
        latest = look();
        begin = mark(latest);
        watcher = new Thread(this::watch, "watch-" + kind.id());
        watcher.setDaemon(true);
        watcher.start();
    }

    private Mark mark(GraphStatus status) throws IOException {
        return new Mark(seconds(), gcLog.mark(), status, StolenTime.now(), ProcessorTime.withoutCompilersNanos(process.pid()));
    }

    private double seconds() {
        return (System.nanoTime() - beganNanos) / 1e9;
    }

    private synchronized GraphStatus look() throws IOException, InterruptedException {
        GraphStatus status = JSON.readValue(process.ask("status"), GraphStatus.class);
        double at = seconds();
        GraphStatus last = latest == null ? status : latest;
        long gets = status.pool().gets() - last.pool().gets();
        long misses = status.pool().misses() - last.pool().misses();
        moments.add(new Moment(at, status.pool().held().stream().map(PoolStatus.Held::entries).toList(), status.inSessions(),
                gets == 0 ? Double.NaN : 1 - (double) misses / gets));
        for (PoolStatus.Decision decision : status.pool().decisions()) {
            decisions.add(new Decided(at - (status.nanos() - decision.nanos()) / 1e9, decision.action(), decision.tag(), decision.entries(),
                    decision.reason()));
        }
        latest = status;
        return status;
    }

    private void watch() {
        try {
            while (watching) {
                Thread.sleep(LOOK_MILLIS);
                look();
            }
        } catch (IOException | InterruptedException e) {
            // the process has ended, or the watch
        }
    }

    /** Loads it; the process lives on. */
    ContextResult load(Path corpus, int round, String title, Progress progress) throws IOException, InterruptedException {
        LoadPlan plan = new LoadPlan(process.port(), corpus, settings.load().connections(), 1, settings.warmUp(), settings.measured(),
                PATIENCE, settings.load().ratePerSecond(), settings.load().tide(), settings.seed() + round);
        List<String> client = new ArrayList<>(Processors.prefix(settings.processors().client()));
        client.add(settings.jvm().java().toString());
        LoadResult load = new OwnClient(client).run(plan, new LoadClient.Watcher() {
            @Override
            public void warmingUp() {
                progress.step(title + "  warming up");
            }

            @Override
            public void measuring() throws IOException {
                progress.step(title + "  measuring");
                try {
                    begin = mark(look());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
        });
        Mark end = mark(look());
        loadEndedNanos = System.nanoTime();
        return result(round, load, end);
    }

    private synchronized ContextResult result(int round, LoadResult load, Mark end) throws IOException {
        GraphStatus from = begin.status;
        GraphStatus to = end.status;
        double seconds = (to.nanos() - from.nanos()) / 1e9;
        long answered = Math.max(1, to.answered() - from.answered());
        List<Moment> within = moments.stream().filter(m -> m.seconds() >= begin.seconds && m.seconds() <= end.seconds).toList();
        return new ContextResult(kind.id(), round, load, gcLog.millis(begin.gcLines, end.gcLines),
                (to.heapAllocatedBytes() - from.heapAllocatedBytes()) / seconds, (end.cpuNanos - begin.cpuNanos) / 1e3 / answered, end.stolen.shareSince(begin.stolen),
                to.pool().gets() - from.pool().gets(), to.pool().misses() - from.pool().misses(),
                within.stream().mapToLong(Moment::heldInAll).average().orElse(0), within.stream().mapToLong(Moment::heldInAll).max().orElse(0),
                -1, (double) (to.objects() - from.objects()) / answered, moments, decisions, begin.seconds, end.seconds, failures(load, to));
    }

    private List<String> failures(LoadResult load, GraphStatus status) {
        List<String> failures = new ArrayList<>();
        load.errors().forEach((what, count) -> failures.add("the client counted " + count + " errors: " + what));
        double asked = settings.meanRate();
        if (load.perSecond() < asked * RATE_KEPT) {
            failures.add(String.format(Locale.ROOT, "overloaded: %.0f requests per second of the %.0f asked for; lower --rate",
                    load.perSecond(), asked));
        }
        if (status.corrupt() != 0) {
            failures.add(status.corrupt() + " contexts were not their owner's alone");
        }
        if (status.malformed() != 0) {
            failures.add(status.malformed() + " requests malformed");
        }
        return failures;
    }

    /** Waits until the time after the load is over, then looks a last time and ends the process in good order. */
    ContextResult aftermath(ContextResult result) throws IOException, InterruptedException {
        long left = settings.after().toMillis() - (System.nanoTime() - loadEndedNanos) / 1_000_000;
        if (left > 0) {
            Thread.sleep(left);
        }
        GraphStatus last = look();
        List<String> failures = new ArrayList<>();
        stop(failures);
        synchronized (this) {
            return result.withAftermath(last.pool().heldInAll(), moments, decisions, failures);
        }
    }

    /** Ends the process in good order. */
    void stop(List<String> failures) throws InterruptedException {
        watching = false;
        watcher.join(); /* not interrupted: the answer to its question would be taken for the next one's */
        try {
            process.stop();
        } catch (IOException e) {
            failures.add(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        watching = false;
        process.close();
    }
}
