package dev.cenote.gateway.meter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Processor time of a JVM without its compilers. For minutes after the start these take more than a lightly loaded program does,
 * by chance more in one run than in another. The JVM is to run with {@code -XX:-UseDynamicNumberOfCompilerThreads}: a compiler
 * thread that ends leaves its time behind. Read from outside, so that the program that is measured makes no garbage by it.
 */
public final class ProcessorTime {
    private static final long NANOS_PER_TICK = TimeUnit.SECONDS.toNanos(1) / 100; // USER_HZ, see proc(5)
    private static final int USER_TICKS = 11; // words behind the name in parentheses
    private static final int SYSTEM_TICKS = 12;

    private ProcessorTime() {
    }

    /**
     * {@return nanoseconds since the start, the collector's included; by ten milliseconds}
     *
     * @param pid the JVM's process
     * @throws IOException if there is no such process, or the system does not tell
     */
    public static long withoutCompilersNanos(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        long all = ticks(Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1));
        return (all - compilersTicks(process.resolve("task"))) * NANOS_PER_TICK;
    }

    private static long compilersTicks(Path task) throws IOException {
        long ticks = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(task)) {
            for (Path thread : threads) {
                try {
                    ticks += compilerTicks(Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    if (Files.exists(thread)) {
                        throw e;
                    } // else it has ended meanwhile
                }
            }
        }
        return ticks;
    }

    /** Of a line of {@code /proc/N/task/N/stat} the time in ticks; 0 if the thread is no compiler. */
    static long compilerTicks(String line) {
        String name = line.substring(line.indexOf('(') + 1, line.lastIndexOf(')'));
        return name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler") ? ticks(line) : 0;
    }

    private static long ticks(String line) {
        String[] words = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(words[USER_TICKS]) + Long.parseLong(words[SYSTEM_TICKS]);
    }
}
