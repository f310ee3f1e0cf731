package dev.cenote.gateway.graph;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cenote.gateway.pool.ContextPool;
import dev.cenote.gateway.pool.ContextPools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The gateway of the experiment as a process of its own, steered by lines on its standard input: {@code status}, {@code stop}.
 * <p>Answers are lines on its standard output; the end of its input means {@code stop}, so it never outlives its parent.
 */
public final class GraphServerMain {
    /** What a line of ours starts with; anything else on standard output is somebody's log. */
    public static final String PREFIX = "@cenote ";

    private GraphServerMain() {
    }

    /** @param args kind of pool, threads, bytes that the rest of the program allocates a second */
    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        try (ContextPool pool = ContextPools.of(args[0]).open();
             GraphServer server = new GraphServer(pool, Integer.parseInt(args[1]), Long.parseLong(args[2]))) {
            say("port " + server.port());
            serve(server, json);
        }
        say("stopped");
    }

    private static void serve(GraphServer server, ObjectMapper json) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            switch (command) {
                case "status" -> say("status " + json.writeValueAsString(server.status()));
                case "stop" -> {
                    return;
                }
                default -> throw new IOException("unknown command '" + command + "'");
            }
        }
    }

    private static void say(String line) {
        System.out.println(PREFIX + line);
        System.out.flush();
    }
}
