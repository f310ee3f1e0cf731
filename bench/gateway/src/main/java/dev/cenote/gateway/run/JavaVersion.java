package dev.cenote.gateway.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which Java a java program is. */
public final class JavaVersion {
    private static final Pattern FEATURE = Pattern.compile("version \"(\\d+)");

    private JavaVersion() {
    }

    /** Its feature version, such as 17. */
    public static int of(Path java) throws IOException {
        Matcher matcher = FEATURE.matcher(text(java));
        if (!matcher.find()) {
            throw new IOException(java + " is no java program");
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** What {@code java -version} prints, on one line. */
    public static String text(Path java) throws IOException {
        Process process = new ProcessBuilder(java.toString(), "-version").redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip().replaceAll("\\s*\\R\\s*", ", ");
    }
}
