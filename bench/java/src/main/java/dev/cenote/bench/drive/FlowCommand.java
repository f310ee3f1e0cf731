package dev.cenote.bench.drive;

import com.sun.management.ThreadMXBean;
import dev.cenote.flow.FlowListener;
import dev.cenote.flow.FlowScheduler;
import dev.cenote.flow.FlowSchedulerStats;
import dev.cenote.flow.FlowStep;
import dev.cenote.flow.GenerationalPool;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench flow}: what the flow scheduler costs, in processor time and garbage of its own thread, while pools are at work. */
@Command(name = "flow", mixinStandardHelpOptions = true, description = {
    "Measures what the flow scheduler costs: processor time and garbage of its thread, with many pools and tags at work.",
    "Two threads take and put entries of all pools and tags all the time. Aim: below 0.1 % of one core."})
public final class FlowCommand implements Callable<Integer> {

    private static final double CORE_SHARE_MAX = 0.001;
    private static final int WORKERS = 2;

    @Option(names = "--quick", description = "A few seconds, to see that it works")
    private boolean quick;

    @Option(names = "--pools", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}")
    private int pools;

    @Option(names = "--tags", paramLabel = "N", defaultValue = "1000", description = "Tags of all pools together. Default: ${DEFAULT-VALUE}")
    private int tags;

    @Option(names = "--busy", paramLabel = "SHARE", defaultValue = "0.5", description = "Share of the time in which the threads work. Default: ${DEFAULT-VALUE}")
    private double busy;

    @Spec
    private CommandSpec spec;

    /** What one entry is. */
    private static final class Entry {
        private long touched;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (pools < 1 || pools > 10_000 || tags < pools || tags > 1_000_000 || !(busy > 0 && busy <= 1)) {
            throw new ParameterException(spec.commandLine(), "pools must be 1 to 10000, tags at least as many and at most a million, busy above 0 and at most 1");
        }
        FlowScheduler scheduler = FlowScheduler.adaptive();
        AtomicLong thread = new AtomicLong();
        CountDownLatch begun = new CountDownLatch(1);
        scheduler.addListener(new FlowListener() {
            @Override
            public void onStep(FlowStep step) {
                thread.set(Thread.currentThread().getId());
                begun.countDown();
            }
        });
        List<GenerationalPool<Entry>> all = new ArrayList<>();
        for (int i = 0; i < pools; i++) {
            all.add(GenerationalPool.builder(Entry::new).name("pool-" + i).flowScheduler(scheduler).build());
        }
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            Worker worker = new Worker(all, tags / pools, busy);
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
        begun.await();
        Thread.sleep(quick ? 3_000 : 15_000); /* until its code is compiled */
        report(scheduler, thread.get(), workers);
        for (Worker worker : workers) {
            worker.stopping = true;
            worker.join();
        }
        all.forEach(GenerationalPool::close);
        return 0;
    }

    private void report(FlowScheduler scheduler, long thread, List<Worker> workers) throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PrintWriter out = spec.commandLine().getOut();
        int rounds = quick ? 1 : 5;
        double[] shares = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            FlowSchedulerStats before = scheduler.stats();
            long began = System.nanoTime();
            long cpu = threads.getThreadCpuTime(thread);
            long allocated = threads.getThreadAllocatedBytes(thread);
            long worked = workers.stream().mapToLong(worker -> worker.cycles).sum();
            Thread.sleep(quick ? 3_000 : 6_000);
            double nanos = System.nanoTime() - began;
            shares[round] = (threads.getThreadCpuTime(thread) - cpu) / nanos;
            FlowSchedulerStats after = scheduler.stats();
            long steps = Math.max(1, after.steps() - before.steps());
            out.printf(Locale.ROOT, "%d pools, %d tags: %.4f %% of one core (%.0f µs a step), %.1f KiB of its own garbage a step, %d decisions; callers did %.1f million cycles%n",
                pools, tags, 100 * shares[round], shares[round] * nanos / 1e3 / steps, (threads.getThreadAllocatedBytes(thread) - allocated) / 1024.0 / steps,
                after.decisions() - before.decisions(), (workers.stream().mapToLong(worker -> worker.cycles).sum() - worked) / 1e6);
            out.flush();
        }
        Arrays.sort(shares);
        double middle = shares[rounds / 2];
        out.printf(Locale.ROOT, "  %s  %.4f %% of one core (%.4f to %.4f), aim below %.1f %%%n", middle < CORE_SHARE_MAX ? "ok  " : "FAIL", 100 * middle, 100 * shares[0],
            100 * shares[rounds - 1], 100 * CORE_SHARE_MAX);
        out.flush();
    }

    /** Takes and puts entries of every pool with every tag, over and over. */
    private static final class Worker extends Thread {
        private static final int HELD = 4;
        private final List<GenerationalPool<Entry>> pools;
        private final String[] words;
        private final double busy;
        private volatile boolean stopping;
        private volatile long cycles;

        Worker(List<GenerationalPool<Entry>> pools, int tags, double busy) {
            super("worker");
            this.pools = pools;
            this.busy = busy;
            this.words = new String[tags];
            for (int i = 0; i < tags; i++) {
                words[i] = "tag-" + i;
            }
        }

        @Override
        public void run() {
            Entry[] held = new Entry[HELD];
            while (!stopping) {
                long began = System.nanoTime();
                long done = 0;
                for (GenerationalPool<Entry> pool : pools) {
                    for (String word : words) {
                        for (int i = 0; i < HELD; i++) {
                            held[i] = pool.get();
                            held[i].touched++;
                        }
                        for (int i = 0; i < HELD; i++) {
                            pool.put(held[i], word);
                        }
                        done += HELD;
                    }
                }
                cycles += done;
                long rest = (long) ((System.nanoTime() - began) * (1 / busy - 1));
                LockSupport.parkNanos(rest);
            }
        }
    }
}
