package dev.cenote.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.gateway.memory.MemoryKinds;
import dev.cenote.gateway.memory.MemorySettings;
import dev.cenote.gateway.memory.MessageMemory;
import dev.cenote.gateway.server.GatewayServer;
import dev.cenote.gateway.server.ServerSettings;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final Corpus CORPUS = new Corpus("a test", List.of(
            new Document("small", "{\"a\":1}".getBytes(StandardCharsets.UTF_8)), new Document("large", new byte[30_000])));

    /** On a machine without time for us all is sent and answered later, which is no error. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static LoadPlan plan(int port, double rate) {
        return new LoadPlan(port, Path.of("unused"), 4, 1, Duration.ofMillis(200), Duration.ofMillis(800), PATIENCE, rate, 1);
    }

    @Test
    void fixedRate_sendsWhatIsDue_andSplitsOffTheWarmUp() throws Exception {
        MemorySettings memorySettings = new MemorySettings(4096, false, 64 << 20);
        boolean[] announced = {false};
        try (MessageMemory memory = MemoryKinds.of("heap").open(memorySettings);
             GatewayServer server = new GatewayServer(memory, new ServerSettings(memorySettings, 1, 1, 0.1, 1))) {
            LoadResult result = new OpenLoop(plan(server.port(), 500), CORPUS).run(() -> announced[0] = true);
            assertThat(result.errors()).isEmpty();
            assertThat(result.requests()).isBetween(399L, 401L);       // 500 a second for 0.8 s
            assertThat(server.status().begun()).isBetween(499L, 501L); // and the warm-up
            assertThat(announced[0]).isTrue();
        }
    }

    @Test
    void stall_countsForEveryMessageThatWasDueInIt() throws Exception {
        // A server that answers one connection at a time and stops answering for 400 ms in the window.
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> answerAll(listener), "stalling-server");
            server.setDaemon(true);
            server.start();
            LoadPlan plan = new LoadPlan(listener.getLocalPort(), Path.of("unused"), 1, 1, Duration.ZERO, Duration.ofSeconds(1),
                    PATIENCE, 500, 1);
            LoadResult result = new OpenLoop(plan, CORPUS).run(() -> { });
            // One message waited 400 ms. A client that only measured from sending would see one slow answer in 500;
            // ours sees the 200 that were due meanwhile, so that the 75th percentile must be far above the stall's end.
            assertThat(result.errors()).isEmpty();
            assertThat(result.requests()).isBetween(499L, 501L);
            assertThat(result.micros(75)).isGreaterThan(50_000);
            assertThat(result.micros(100)).isGreaterThan(390_000);
        }
    }

    @Test
    void serverThatHangsUp_isCounted() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> {
                try {
                    while (true) {
                        listener.accept().close();
                    }
                } catch (java.io.IOException e) {
                    // the test is over
                }
            }, "rude-server");
            server.setDaemon(true);
            server.start();
            LoadPlan plan = new LoadPlan(listener.getLocalPort(), Path.of("unused"), 4, 1, Duration.ofMillis(200), Duration.ofMillis(800),
                    Duration.ofSeconds(2), 100, 1); /* no answer will come */
            LoadResult result = new OpenLoop(plan, CORPUS).run(() -> { });
            assertThat(result.requests()).isZero();
            assertThat(result.errors()).isNotEmpty();
        }
    }

    private static void answerAll(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            int answered = 0;
            while (true) {
                int length = contentLength(in);
                if (in.readNBytes(length).length < length) {
                    return;
                }
                if (++answered == 100) {
                    Thread.sleep(400);
                }
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (java.io.IOException | InterruptedException e) {
            // the client is gone
        }
    }

    private static int contentLength(InputStream in) throws java.io.IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new java.io.IOException("end");
            }
            head.append((char) b);
        }
        return Integer.parseInt(head.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
    }
}
