package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.flow.FlowScheduler;
import dev.cenote.flow.GenerationalPool;
import dev.cenote.internal.FlightRecords;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records with the Flight Recorder and reads the file back, as a user's tool would. */
class FlightRecordsTest {

    @TempDir
    private Path folder;

    private interface Work {
        void run() throws Exception;
    }

    private List<RecordedEvent> record(Work work) throws Exception {
        Path file = folder.resolve("r.jfr");
        try (Recording recording = new Recording()) {
            for (String name : List.of("FlowStep", "FlowDecision", "Migration", "Eviction", "Leak", "PoolStatistics", "PoolGrowth")) {
                recording.enable("dev.cenote." + name);
            }
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return read(file);
    }

    private static List<RecordedEvent> read(Path file) throws IOException {
        List<RecordedEvent> ours = new ArrayList<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().startsWith("dev.cenote.")) {
                ours.add(event);
            }
        }
        Files.delete(file);
        return ours;
    }

    @Test
    void everyEvent_isReadBackWithItsFields() throws Exception {
        List<RecordedEvent> events = record(() -> {
            FlightRecords.flowStep(1500, 3, 1, 2, 4, 5_000_000, 1L << 20);
            FlightRecords.flowDecision("p", "PROMOTE", "auth", 0, 1, 12, 0.25, 3e6, 1.5, 0.125, "because");
            FlightRecords.migration("p", "auth", 0, 1, 12);
            FlightRecords.eviction("p", "AGE", 7);
            FlightRecords.leak("p", "Block 3", "at Main.main");
            FlightRecords.statistics("p", 1, 2, 3, 4, 5, 6, 7, 8);
            FlightRecords.growth("p", 1, 2, 3, 4000, 5, 6, 7);
        });
        /* pools of other tests, closed or forgotten, tell of themselves whenever a recording begins or ends, and their schedulers at each step */
        events.removeIf(event -> event.hasField("pool") && !event.getString("pool").equals("p"));
        events.removeIf(event -> event.hasField("took") && event.getDuration("took").toNanos() != 1500);
        assertThat(events).extracting(event -> event.getEventType().getName()).containsExactlyInAnyOrder("dev.cenote.FlowStep",
            "dev.cenote.FlowDecision", "dev.cenote.Migration", "dev.cenote.Eviction", "dev.cenote.Leak",
            "dev.cenote.PoolStatistics", "dev.cenote.PoolGrowth");

        RecordedEvent step = find(events, "FlowStep");
        assertThat(step.getDuration("took").toNanos()).isEqualTo(1500);
        assertThat(step.getInt("pools")).isEqualTo(3);
        assertThat(step.getInt("failures")).isEqualTo(1);
        assertThat(step.getInt("decisions")).isEqualTo(2);
        assertThat(step.getLong("gcCycles")).isEqualTo(4);
        assertThat(step.getDuration("gcPause").toMillis()).isEqualTo(5);
        assertThat(step.getLong("allocated")).isEqualTo(1L << 20);

        RecordedEvent decision = find(events, "FlowDecision");
        assertThat(decision.getString("pool")).isEqualTo("p");
        assertThat(decision.getString("action")).isEqualTo("PROMOTE");
        assertThat(decision.getString("tag")).isEqualTo("auth");
        assertThat(decision.getInt("from")).isZero();
        assertThat(decision.getInt("to")).isEqualTo(1);
        assertThat(decision.getLong("entries")).isEqualTo(12);
        assertThat(decision.getDouble("threshold")).isEqualTo(0.25);
        assertThat(decision.getDuration("residence").toMillis()).isEqualTo(3);
        assertThat(decision.getDouble("entropyBits")).isEqualTo(1.5);
        assertThat(decision.getDouble("missRate")).isEqualTo(0.125);
        assertThat(decision.getString("reason")).isEqualTo("because");

        RecordedEvent migration = find(events, "Migration");
        assertThat(migration.getLong("entries")).isEqualTo(12);
        assertThat(migration.getString("tag")).isEqualTo("auth");
        RecordedEvent eviction = find(events, "Eviction");
        assertThat(eviction.getString("cause")).isEqualTo("AGE");
        assertThat(eviction.getLong("entries")).isEqualTo(7);
        RecordedEvent leak = find(events, "Leak");
        assertThat(leak.getString("entry")).isEqualTo("Block 3");
        assertThat(leak.getString("acquired")).isEqualTo("at Main.main");
        RecordedEvent statistics = find(events, "PoolStatistics");
        assertThat(statistics.getLong("inUse")).isEqualTo(1);
        assertThat(statistics.getLong("casFailures")).isEqualTo(8);
        RecordedEvent growth = find(events, "PoolGrowth");
        assertThat(growth.getLong("failed")).isEqualTo(2);
        assertThat(growth.getDuration("spent").toNanos()).isEqualTo(4000);
    }

    private static RecordedEvent find(List<RecordedEvent> events, String name) {
        return events.stream().filter(event -> event.getEventType().getName().equals("dev.cenote." + name)).findFirst().orElseThrow();
    }

    @Test
    void objectOfAGenerationalPool_thatItsTakerForgets_isALeak() throws Exception {
        FlowScheduler scheduler = FlowScheduler.builder().stopped().build();
        List<RecordedEvent> events = record(() -> {
            try (GenerationalPool<Object> pool = GenerationalPool.builder(Object::new).name("forgetful").checks(Checks.PARANOID)
                    .flowScheduler(scheduler).build()) {
                for (int i = 0; i < 40; i++) {
                    pool.get(); /* more than a thread remembers */
                }
                for (int i = 0; i < 100 && pool.stats().lost() < 20; i++) {
                    System.gc();
                    scheduler.step();
                    pool.put(pool.get());
                }
            }
        });
        assertThat(events).filteredOn(event -> event.getEventType().getName().equals("dev.cenote.Leak"))
            .filteredOn(event -> event.getString("pool").equals("forgetful")).hasSizeGreaterThanOrEqualTo(20)
            .allSatisfy(event -> assertThat(event.getString("acquired")).contains("FlightRecordsTest", "taken by thread"));
    }

    /** To register events loads a hundred classes and more of the recorder. */
    @Test
    void programThatRecordsNothing_loadsNoEvents() throws Exception {
        assertThat(classesLoadedBy()).contains("dev.cenote.internal.FlightRecords ")
            .doesNotContain("dev.cenote.internal.FlightEvents", "jdk.jfr.internal.MetadataRepository ");
        assertThat(classesLoadedBy("-XX:StartFlightRecording:dumponexit=false")).contains("dev.cenote.internal.FlightEvents");
    }

    private String classesLoadedBy(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of(options));
        String path = Path.of(FlightRecords.class.getProtectionDomain().getCodeSource().getLocation().toURI()) + File.pathSeparator
            + Path.of(FlightRecordsTest.class.getProtectionDomain().getCodeSource().getLocation().toURI()) + File.pathSeparator
            + System.getProperty("java.class.path");
        command.addAll(List.of("-verbose:class", "-cp", path, RecordsNothing.class.getName()));
        Path output = folder.resolve("classes.txt");
        Process child = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        if (!child.waitFor(120, TimeUnit.SECONDS)) {
            child.destroyForcibly();
        }
        String text = Files.readString(output);
        assertThat(child.exitValue()).as(text).isZero();
        return text;
    }

    /** Runs in a JVM of its own. */
    static final class RecordsNothing {
        private RecordsNothing() {
        }

        /** All that would be recorded. */
        public static void main(String[] args) {
            FlightRecords.flowStep(1, 1, 1, 1, 1, 1, 1);
            FlightRecords.leak("p", "e", "");
            FlightRecords.statistics("p", 1, 2, 3, 4, 5, 6, 7, 8);
            FlightRecords.migration("p", "", 0, 1, 1);
            FlightRecords.eviction("p", "", 1);
            FlightRecords.growth("p", 1, 2, 3, 4, 5, 6, 7);
            FlightRecords.flowDecision("p", "", "", 0, 1, 1, 1, 1, 1, 1, "");
            System.out.println(FlightRecords.wantsStatistics());
        }
    }

    @Test
    void nobodyRecording_nobodyIsAsked() {
        assertThat(FlightRecords.wantsStatistics()).isFalse();
        FlightRecords.leak("p", "e", "");
    }

    @Test
    void upkeep_recordsALivePoolsStatistics() throws Exception {
        String name = "recorded-" + System.nanoTime();
        try (BlockPool pool = TestPools.builder().name(name).blockBytes(4096).build();
                RecordingStream stream = new RecordingStream()) {
            CompletableFuture<RecordedEvent> levels = new CompletableFuture<>();
            CompletableFuture<RecordedEvent> grown = new CompletableFuture<>();
            stream.enable("dev.cenote.PoolStatistics");
            stream.enable("dev.cenote.PoolGrowth");
            stream.onEvent("dev.cenote.PoolStatistics", event -> complete(levels, event, name));
            stream.onEvent("dev.cenote.PoolGrowth", event -> complete(grown, event, name));
            stream.startAsync();
            Block block = pool.get();
            RecordedEvent seen = levels.get(60, TimeUnit.SECONDS);
            assertThat(seen.getLong("inUse")).isEqualTo(4096);
            assertThat(seen.getLong("committed")).isPositive();
            assertThat(grown.get(60, TimeUnit.SECONDS).getLong("growths")).isPositive();
            pool.put(block);
        }
    }

    private static void complete(CompletableFuture<RecordedEvent> future, RecordedEvent event, String pool) {
        if (pool.equals(event.getString("pool")) && (!event.hasField("inUse") || event.getLong("inUse") > 0)) {
            future.complete(event);
        }
    }
}
