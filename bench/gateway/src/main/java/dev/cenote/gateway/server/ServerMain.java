package dev.cenote.gateway.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cenote.gateway.memory.MemoryKinds;
import dev.cenote.gateway.memory.MessageMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The gateway as a process of its own, steered by lines on its standard input: {@code status}, {@code stop}.
 * <p>Answers are lines on its standard output; the end of its input means {@code stop}, so it never outlives its parent.
 */
public final class ServerMain {
    /** What a line of ours starts with; anything else on standard output is somebody's log. */
    public static final String PREFIX = "@cenote ";

    private ServerMain() {
    }

    /** @param args memory kind, settings as JSON */
    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        ServerSettings settings = json.readValue(args[1], ServerSettings.class);
        try (MessageMemory memory = MemoryKinds.of(args[0]).open(settings.memory());
             GatewayServer server = new GatewayServer(memory, settings)) {
            say("port " + server.port());
            serve(server, json);
        }
        say("stopped");
    }

    private static void serve(GatewayServer server, ObjectMapper json) throws IOException {
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
