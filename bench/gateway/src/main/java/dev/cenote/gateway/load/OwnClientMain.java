package dev.cenote.gateway.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;

/** The own client as a process of its own; prints {@link #MEASURING} when the window begins and its result at the end. */
public final class OwnClientMain {
    static final String MEASURING = "@cenote measuring";
    static final String RESULT = "@cenote result ";

    private OwnClientMain() {
    }

    /** @param args port, corpus folder, connections, warm-up ms, measured ms, patience ms, rate, tide, seed */
    public static void main(String[] args) throws Exception {
        LoadPlan plan = new LoadPlan(Integer.parseInt(args[0]), Path.of(args[1]), Integer.parseInt(args[2]), 1,
                Duration.ofMillis(Long.parseLong(args[3])), Duration.ofMillis(Long.parseLong(args[4])),
                Duration.ofMillis(Long.parseLong(args[5])), Double.parseDouble(args[6]), args[7], Long.parseLong(args[8]));
        LoadResult result = new OpenLoop(plan, Corpus.read(plan.corpus())).run(() -> System.out.println(MEASURING));
        System.out.println(RESULT + new ObjectMapper().writeValueAsString(result));
    }
}
