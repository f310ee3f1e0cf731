package dev.cenote.gateway.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.gateway.pool.ContextPool;
import dev.cenote.gateway.pool.ContextPools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The experiment's gateway over a real socket. */
class GraphServerTest {
    private static final String DOCUMENT = "{\"class\":\"quote\",\"items\":[1,2,3]}";
    private static final String HEAD = "POST / HTTP/1.1\r\nhost: localhost\r\n";
    private static final int PATIENCE_MILLIS = 120_000;

    private ContextPool pool;
    private GraphServer server;

    @BeforeEach
    void start() throws InterruptedException {
        pool = ContextPools.QUEUE.open();
        server = new GraphServer(pool, 1, 0);
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(server.status().corrupt()).isZero();
        pool.close();
    }

    /** All that comes until the server closes the connection. */
    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static String withLength(String body) {
        return HEAD + "content-length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String chunked(String body, String trailer) {
        return HEAD + "transfer-encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n" + trailer + "\r\n";
    }

    @Test
    void requests_areAnsweredHoweverTheirBodyComes() throws IOException {
        String answer = exchange(withLength(DOCUMENT));
        assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("\"items\":[1,2,3]");
        assertThat(exchange(chunked(DOCUMENT, ""))).startsWith("HTTP/1.1 200 OK").contains("\"items\":[1,2,3]");
        assertThat(exchange(withLength(DOCUMENT) + withLength(DOCUMENT))).as("two on one connection").isEqualTo(answer + answer);
        assertThat(server.status().answered()).isEqualTo(4);
        assertThat(server.status().malformed()).isZero();
    }

    @Test
    void documentThatIsNone_isRefusedByAnAnswer() throws IOException {
        assertThat(exchange(withLength("{\"class\":"))).startsWith("HTTP/1.1 400 Bad Request");
        assertThat(server.status().malformed()).isEqualTo(1);
    }

    @Test
    void trailers_areMalformed_andTheContextComesBack() throws IOException {
        assertThat(exchange(chunked(DOCUMENT, "checksum: 7\r\n"))).isEmpty();
        assertThat(server.status().malformed()).isEqualTo(1);
        assertThat(exchange(withLength(DOCUMENT))).startsWith("HTTP/1.1 200 OK");
        assertThat(server.status().pool().gets()).isEqualTo(2);
        assertThat(server.status().pool().misses()).as("the first one's context was there again").isEqualTo(1);
    }

    @Test
    void requestThatBreaksOff_givesItsContextBack() throws IOException {
        assertThat(exchange(HEAD + "content-length: 99\r\n\r\n{")).isEmpty();
        assertThat(exchange(withLength(DOCUMENT))).startsWith("HTTP/1.1 200 OK");
        assertThat(server.status().pool().misses()).isEqualTo(1);
    }
}
