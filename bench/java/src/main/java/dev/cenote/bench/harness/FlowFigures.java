package dev.cenote.bench.harness;

import com.sun.management.ThreadMXBean;
import dev.cenote.flow.FlowListener;
import dev.cenote.flow.FlowScheduler;
import dev.cenote.flow.FlowSchedulerStats;
import dev.cenote.flow.FlowStep;
import dev.cenote.flow.GenerationalPool;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What the flow scheduler costs while {@value #WORKERS} threads use all pools: processor time and garbage of its own thread, as the JVM
 * accounts them.
 *
 * <p>Before it is measured, the scheduler is stepped by hand {@value #WARM_UP_STEPS} times, some milliseconds apart, so that what
 * is measured is compiled as it is in a program that has run for a quarter of an hour; what runs once in two seconds, such as a look at an
 * entry of T1 that outlived its time, too.
 *
 * <p>Arguments: pools, tags of each pool, share of the time in which the threads work (0: the pools lie idle), rounds, milliseconds a round.
 */
public final class FlowFigures {

    private static final int WORKERS = 2;
    private static final int WARM_UP_STEPS = 2000;
    private static final int WARM_UP_PAUSE_MILLIS = 5;

    private FlowFigures() {
    }

    /** What one entry is. */
    private static final class Entry {
        private long touched;
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        int pools = Integer.parseInt(args[0]);
        int tags = Integer.parseInt(args[1]);
        double busy = Double.parseDouble(args[2]);
        FlowScheduler scheduler = FlowScheduler.adaptive();
        List<GenerationalPool<Entry>> all = new ArrayList<>();
        for (int i = 0; i < pools; i++) {
            all.add(GenerationalPool.builder(Entry::new).name("pool-" + i).maximumTags(Math.max(256, tags)).flowScheduler(scheduler).build());
        }
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            Worker worker = new Worker(all, tags, busy > 0 ? busy : 0.5);
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
        for (int i = 0; i < WARM_UP_STEPS; i++) {
            Thread.sleep(WARM_UP_PAUSE_MILLIS);
            scheduler.step();
        }
        if (busy == 0) {
            stop(workers);
        }
        long thread = threadOf(scheduler);
        Thread.sleep(2_000);
        for (int round = 0; round < Integer.parseInt(args[3]); round++) {
            measure(scheduler, thread, workers, Long.parseLong(args[4]));
        }
        stop(workers);
        all.forEach(GenerationalPool::close);
    }

    private static void stop(List<Worker> workers) throws InterruptedException {
        for (Worker worker : workers) {
            worker.stopping = true;
            worker.join();
        }
    }

    /** The id of the thread that steps it. */
    private static long threadOf(FlowScheduler scheduler) throws InterruptedException {
        AtomicLong thread = new AtomicLong();
        CountDownLatch stepped = new CountDownLatch(1);
        FlowListener listener = new FlowListener() {
            @Override
            @SuppressWarnings("deprecation") /* threadId() came with 19 */
            public void onStep(FlowStep step) {
                thread.set(Thread.currentThread().getId());
                stepped.countDown();
            }
        };
        scheduler.addListener(listener);
        stepped.await();
        scheduler.removeListener(listener);
        return thread.get();
    }

    private static void measure(FlowScheduler scheduler, long thread, List<Worker> workers, long millis) throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        FlowSchedulerStats before = scheduler.stats();
        long began = System.nanoTime();
        long cpu = threads.getThreadCpuTime(thread);
        long allocated = threads.getThreadAllocatedBytes(thread);
        long worked = cycles(workers);
        Thread.sleep(millis);
        double nanos = System.nanoTime() - began;
        double spent = threads.getThreadCpuTime(thread) - cpu;
        FlowSchedulerStats after = scheduler.stats();
        double steps = Math.max(1, after.steps() - before.steps());
        Outcome.tell("core-percent", 100 * spent / nanos);
        Outcome.tell("step-us", spent / 1e3 / steps);
        Outcome.tell("garbage-kib", (threads.getThreadAllocatedBytes(thread) - allocated) / 1024.0 / steps);
        Outcome.tell("decisions", after.decisions() - before.decisions());
        Outcome.tell("mcycles", (cycles(workers) - worked) / 1e6);
    }

    private static long cycles(List<Worker> workers) {
        return workers.stream().mapToLong(worker -> worker.cycles).sum();
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
                for (GenerationalPool<Entry> pool : pools) {
                    for (String word : words) {
                        for (int i = 0; i < HELD; i++) {
                            held[i] = pool.get();
                            held[i].touched++;
                        }
                        for (int i = 0; i < HELD; i++) {
                            pool.put(held[i], word);
                        }
                    }
                    cycles += (long) HELD * words.length; /* nobody else writes it */
                }
                long rest = (long) ((System.nanoTime() - began) * (1 / busy - 1));
                LockSupport.parkNanos(rest);
            }
        }
    }
}
