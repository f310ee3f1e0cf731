package dev.cenote.gateway.report;

import dev.cenote.gateway.run.JavaVersion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What the figures were measured on, by name; what cannot be found out is left out. */
public final class Machine {
    private Machine() {
    }

    /** @param java the java program that runs the gateways */
    public static Map<String, String> describe(Path java) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        put(facts, "CPU", field("/proc/cpuinfo", "model name"));
        facts.put("Cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        String kib = field("/proc/meminfo", "MemTotal").replaceAll("\\D", "");
        put(facts, "Memory", kib.isEmpty() ? "" : String.format(Locale.ROOT, "%.1f GiB", Long.parseLong(kib) / 1048576.0));
        facts.put("System", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch") + (field("/proc/cpuinfo", "flags").contains(" hypervisor") ? ", virtual machine" : ""));
        put(facts, "Transparent huge pages", chosen(text("/sys/kernel/mm/transparent_hugepage/enabled")));
        facts.put("Java", JavaVersion.text(java));
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        put(facts, "Load average before", load < 0 ? "" : String.format(Locale.ROOT, "%.2f", load));
        return facts;
    }

    /** Whether other work was running: then differences mean less. */
    public static boolean isBusy(Map<String, String> facts) {
        String load = facts.get("Load average before");
        return load != null && Double.parseDouble(load) > 0.3 * Runtime.getRuntime().availableProcessors();
    }

    private static void put(Map<String, String> facts, String name, String value) {
        if (!value.isEmpty()) {
            facts.put(name, value);
        }
    }

    private static String field(String file, String name) {
        return text(file).lines().filter(line -> line.startsWith(name)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("");
    }

    /** Of {@code always [madvise] never} the word in brackets. */
    static String chosen(String options) {
        int from = options.indexOf('[');
        int to = options.indexOf(']');
        return from >= 0 && to > from ? options.substring(from + 1, to) : "";
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
