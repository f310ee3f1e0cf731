package dev.cenote.binding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The facts about this machine that decide whether the library can run: read from {@code /proc}, never guessed.
 * What can't be read is unknown, and what is unknown is no reason to refuse. Tests give another folder for {@code /proc}.
 */
final class HostSystem {

    private static final Pattern MUSL_FILE = Pattern.compile("/(ld-musl-|libc\\.musl-)[^/]*$");
    private static final Pattern GLIBC_FILE = Pattern.compile("/libc(\\.so\\.6|-2\\.[0-9]+\\.so)$");
    private static final Pattern GLIBC_BANNER = Pattern.compile("GNU C Library [^\\n]*release version ([0-9]+\\.[0-9]+)");
    private static final Pattern OCTAL_ESCAPE = Pattern.compile("\\\\([0-7]{3})");
    private static final long AUXV_PAGE_BYTES = 6;

    private final String osName;
    private final String osArch;
    private final Path proc;

    HostSystem(String osName, String osArch, Path proc) {
        this.osName = osName;
        this.osArch = osArch;
        this.proc = proc;
    }

    static HostSystem current() {
        return new HostSystem(System.getProperty("os.name", ""), System.getProperty("os.arch", ""), Path.of("/proc"));
    }

    /** The platform as our jars' classifiers name it, for example {@code linux-x86_64}; also for platforms we don't build. */
    String platform() {
        String os = osName.toLowerCase(Locale.ROOT);
        String cpu = switch (osArch) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> osArch;
        };
        String system = os.startsWith("linux") ? "linux"
            : os.startsWith("mac") ? "macos"
            : os.startsWith("windows") ? "windows"
            : os.replace(' ', '_');
        return system + "-" + cpu;
    }

    /** The musl file that is mapped into this process, or null when there is none. */
    @Nullable String muslFile() {
        return mappedFile(MUSL_FILE);
    }

    /** The version of the glibc that is mapped into this process, for example {@code 2.36}, or null when unknown. */
    @Nullable String glibcVersion() {
        String file = mappedFile(GLIBC_FILE);
        if (file == null) {
            return null;
        }
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            Matcher banner = GLIBC_BANNER.matcher(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
            return banner.find() ? banner.group(1) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether the processor compares and swaps 16 bytes at once. True when it is not known. */
    boolean hasCas16() {
        if (!platform().endsWith("-x86_64")) {
            return true; // every 64-bit ARM can: LDXP/STXP at least
        }
        for (String line : lines("cpuinfo")) {
            if (line.startsWith("flags")) {
                return Arrays.asList(line.split("\\s+")).contains("cx16");
            }
        }
        return true;
    }

    /** The size of a page in bytes. */
    OptionalInt pageBytes() {
        try {
            ByteBuffer pairs = ByteBuffer.wrap(Files.readAllBytes(proc.resolve("self/auxv"))).order(ByteOrder.nativeOrder());
            while (pairs.remaining() >= 2 * Long.BYTES) {
                long key = pairs.getLong();
                long value = pairs.getLong();
                if (key == AUXV_PAGE_BYTES) {
                    return OptionalInt.of(Math.toIntExact(value));
                }
            }
        } catch (IOException e) {
            return OptionalInt.empty();
        }
        return OptionalInt.empty();
    }

    /** The user id with which this process creates files. */
    OptionalLong fileUserId() {
        for (String line : lines("self/status")) {
            if (line.startsWith("Uid:")) {
                String[] ids = line.substring("Uid:".length()).trim().split("\\s+"); // real, effective, saved, file system
                return OptionalLong.of(Long.parseLong(ids[3]));
            }
        }
        return OptionalLong.empty();
    }

    /** The mount point of the file system that holds the folder, when it is mounted {@code noexec}; else null. */
    @Nullable String noexecMount(Path directory) {
        Path real;
        try {
            real = directory.toRealPath();
        } catch (IOException e) {
            return null;
        }
        String found = null;
        boolean noexec = false;
        int depth = -1;
        for (String line : lines("self/mountinfo")) {
            String[] fields = line.split(" "); // id, parent, device, root, mount point, options, …
            if (fields.length < 6) {
                continue;
            }
            String point = unescape(fields[4]);
            Path mount = Path.of(point);
            if (real.startsWith(mount) && mount.getNameCount() >= depth) { // of two on one point, the later covers
                found = point;
                depth = mount.getNameCount();
                noexec = Arrays.asList(fields[5].split(",")).contains("noexec");
            }
        }
        return noexec ? found : null;
    }

    private @Nullable String mappedFile(Pattern name) {
        for (String line : lines("self/maps")) {
            int slash = line.indexOf('/');
            if (slash >= 0 && name.matcher(line.substring(slash)).find()) {
                return line.substring(slash);
            }
        }
        return null;
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(proc.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Undoes the kernel's {@code \040} for a blank, and the like; the bytes are UTF-8. */
    private static String unescape(String field) {
        String bytes = OCTAL_ESCAPE.matcher(field).replaceAll(match ->
            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 8))));
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
