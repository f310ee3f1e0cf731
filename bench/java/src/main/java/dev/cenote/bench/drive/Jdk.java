package dev.cenote.bench.drive;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An installed JDK. */
record Jdk(Path home, int feature, String version, String vendor) {

    private static final List<Path> PLACES = List.of(Path.of("/usr/lib/jvm"), Path.of("/opt/java"),
            Path.of(System.getProperty("user.home"), ".sdkman/candidates/java"));

    Path java() {
        return home.resolve("bin/java");
    }

    Path javac() {
        return home.resolve("bin/javac");
    }

    /** All JDKs of Java 17 or newer that can be found: this one, JAVA_HOME, the usual folders; one per feature version. */
    static List<Jdk> installed() {
        List<Path> homes = new ArrayList<>();
        homes.add(Path.of(System.getProperty("java.home")));
        String named = System.getenv("JAVA_HOME");
        if (named != null && !named.isBlank()) {
            homes.add(Path.of(named));
        }
        for (Path place : PLACES) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> found = Files.list(place)) {
                    found.sorted().forEach(homes::add);
                } catch (IOException e) {
                    System.err.println("cannot look into " + place + ": " + e.getMessage());
                }
            }
        }
        Map<Integer, Jdk> byFeature = new TreeMap<>();
        for (Path home : homes) {
            Jdk jdk = at(home);
            if (jdk != null && jdk.feature >= 17) {
                byFeature.putIfAbsent(jdk.feature, jdk);
            }
        }
        Collection<Jdk> all = byFeature.values();
        return all.stream().sorted(Comparator.comparingInt(Jdk::feature)).toList();
    }

    /** The JDK in that folder, or null when there is none. */
    static @Nullable Jdk at(Path home) {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/javac")) || !Files.isReadable(release)) {
            return null;
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        } catch (IOException e) {
            return null;
        }
        String version = unquoted(properties.getProperty("JAVA_VERSION", ""));
        int feature = feature(version);
        return feature == 0 ? null : new Jdk(home, feature, version, unquoted(properties.getProperty("IMPLEMENTOR", "?")));
    }

    /** 17 for "17.0.15", 25 for "25"; 0 for what is no version of today's scheme. */
    static int feature(String version) {
        String first = version.split("[.+-]", 2)[0];
        return first.matches("[0-9]{1,4}") ? Integer.parseInt(first) : 0;
    }

    private static String unquoted(String value) {
        return value.replace("\"", "");
    }

    @Override
    public String toString() {
        return "JDK " + version + " (" + vendor + ")";
    }
}
