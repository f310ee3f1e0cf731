package dev.cenote.bench.drive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the figures were measured on. */
final class Machine {

    private Machine() {
    }

    static Map<String, String> describe(Collection<Jdk> jdks) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", field("/proc/cpuinfo", "model name") + ", " + Runtime.getRuntime().availableProcessors()
                + " cores" + (text("/proc/cpuinfo").contains(" hypervisor") ? ", virtual machine" : ""));
        facts.put("caches", "L1d " + cache("index0") + ", L2 " + cache("index2") + ", L3 " + cache("index3"));
        facts.put("memory", field("/proc/meminfo", "MemTotal"));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("huge pages", text("/sys/kernel/mm/transparent_hugepage/enabled"));
        facts.put("governor", text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
        int number = 0;
        for (Jdk jdk : jdks) {
            facts.put(number++ == 0 ? "java" : "java " + jdk.feature(), jdk.toString());
        }
        facts.put("load before", text("/proc/loadavg"));
        facts.values().removeIf(String::isBlank);
        return facts;
    }

    private static String cache(String index) {
        String size = text("/sys/devices/system/cpu/cpu0/cache/" + index + "/size");
        return size.isEmpty() ? "?" : size;
    }

    private static String field(String file, String name) {
        return text(file).lines().filter(line -> line.startsWith(name)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).trim()).orElse("?");
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "";   // this kernel does not say
        }
    }
}
