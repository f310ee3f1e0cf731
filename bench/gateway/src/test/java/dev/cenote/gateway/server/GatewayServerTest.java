package dev.cenote.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.gateway.memory.MemoryKinds;
import dev.cenote.gateway.memory.MemorySettings;
import dev.cenote.gateway.memory.MessageMemory;
import dev.cenote.gateway.memory.Piece;
import dev.cenote.gateway.memory.TestMemory;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The gateway in this process, spoken to over HTTP. */
class GatewayServerTest {
    private static final MemorySettings MEMORY = new MemorySettings(4096, false, 64 << 20);
    private static final ServerSettings SETTINGS = new ServerSettings(MEMORY, 1, 1, 0, 1);
    private final HttpClient client = HttpClient.newHttpClient();

    private HttpResponse<String> post(GatewayServer server, byte[] body, String checksum) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/messages"))
                .header("X-Crc32c", checksum).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String checksum(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return Integer.toHexString((int) crc.getValue());
    }

    private static ServerStatus await(GatewayServer server, Predicate<ServerStatus> until) throws InterruptedException {
        ServerStatus status = server.status();
        for (int i = 0; i < 1000 && !until.test(status); i++) {
            Thread.sleep(10);
            status = server.status();
        }
        assertThat(until).accepts(status);
        return status;
    }

    @Test
    void message_isReadAnsweredAndReleased() throws Exception {
        byte[] body = new byte[50_000]; // thirteen blocks
        new Random(1).nextBytes(body);
        try (MessageMemory memory = MemoryKinds.of("netty-pooled").open(MEMORY);
             GatewayServer server = new GatewayServer(memory, SETTINGS)) {
            HttpResponse<String> answer = post(server, body, checksum(body));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"bytes\":50000").contains("\"crc32c\":\"" + checksum(body) + "\"");
            ServerStatus status = await(server, s -> s.held() == 0 && s.outstanding() == 0);
            assertThat(status.answered()).isEqualTo(1);
            assertThat(status.bytes()).isEqualTo(50_000);
            assertThat(status.corrupt()).isZero();
        }
    }

    @Test
    void emptyMessage_isAnswered() throws Exception {
        try (MessageMemory memory = MemoryKinds.of("heap").open(MEMORY);
             GatewayServer server = new GatewayServer(memory, SETTINGS)) {
            assertThat(post(server, new byte[0], "0").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void wrongChecksum_isRefusedAndCounted() throws Exception {
        try (MessageMemory memory = MemoryKinds.of("heap").open(MEMORY);
             GatewayServer server = new GatewayServer(memory, SETTINGS)) {
            assertThat(post(server, new byte[] {1, 2, 3}, "12345678").statusCode()).isEqualTo(422);
            assertThat(server.status().corrupt()).isEqualTo(1);
        }
    }

    @Test
    void whatIsNoMessage_isRefusedAndCounted() throws Exception {
        try (MessageMemory memory = MemoryKinds.of("heap").open(MEMORY);
             GatewayServer server = new GatewayServer(memory, SETTINGS)) {
            assertThat(post(server, new byte[] {1}, "no number").statusCode()).isEqualTo(400);
            HttpResponse<String> get = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(get.statusCode()).isEqualTo(404);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.getOutputStream().write("\u0001\u0002 nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).contains(" 400 ");
            }
            assertThat(server.status().malformed()).isEqualTo(3);
            assertThat(server.status().outstanding()).isZero();
        }
    }

    @Test
    void connectionThatBreaksInTheMiddle_leavesNothingBehind() throws Exception {
        try (MessageMemory memory = MemoryKinds.of("netty-adaptive").open(MEMORY);
             GatewayServer server = new GatewayServer(memory, SETTINGS)) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.getOutputStream().write(("POST /messages HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n"
                        + "a".repeat(20_000)).getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
                await(server, s -> s.outstanding() > 0);
            }
            ServerStatus status = await(server, s -> s.outstanding() == 0 && s.held() == 0);
            assertThat(status.answered()).isZero();
        }
    }

    @Test
    void messageWithoutLength_isTakenToo() throws Exception {
        try (MessageMemory memory = MemoryKinds.of("heap").open(MEMORY);
             GatewayServer server = new GatewayServer(memory, SETTINGS);
             Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(("POST /messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n2710\r\n" + "b".repeat(10_000) + "\r\n5\r\nccccc\r\n0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).contains(" 200 ").contains("\"bytes\":10005");
        }
    }

    @Test
    void noMemory_isAnsweredWith503_andServiceGoesOn() throws Exception {
        MessageMemory heap = MemoryKinds.of("heap").open(MEMORY);
        boolean[] full = {true};
        MessageMemory memory = new TestMemory(bytes -> {
            if (full[0]) {
                throw new IllegalStateException("the memory is full");
            }
            return heap.take(bytes);
        }, heap::outstanding);
        try (GatewayServer server = new GatewayServer(memory, SETTINGS)) {
            assertThat(post(server, new byte[] {1}, checksum(new byte[] {1})).statusCode()).isEqualTo(503);
            full[0] = false;
            assertThat(post(server, new byte[] {1}, checksum(new byte[] {1})).statusCode()).isEqualTo(200);
            assertThat(server.status().refused()).isEqualTo(1);
        }
    }

    @Test
    void bytesThatChangeWhileHeld_areFoundAtRelease() throws Exception {
        MessageMemory heap = MemoryKinds.of("heap").open(MEMORY);
        MessageMemory memory = new TestMemory(bytes -> new Spoiling(heap.take(bytes)), heap::outstanding);
        try (GatewayServer server = new GatewayServer(memory, SETTINGS)) {
            byte[] body = {1, 2, 3};
            assertThat(post(server, body, checksum(body)).statusCode()).isEqualTo(200);
            await(server, s -> s.held() == 0 && s.corrupt() == 1);
        }
    }

    /** Changes a byte after the message was read twice: once for its checksum, once for its structure. */
    private static final class Spoiling implements Piece {
        private final Piece piece;
        private int reads;

        Spoiling(Piece piece) {
            this.piece = piece;
        }

        @Override
        public int room() {
            return piece.room();
        }

        @Override
        public void append(ByteBuf source, int bytes) {
            piece.append(source, bytes);
        }

        @Override
        public ByteBuffer content() {
            ByteBuffer content = piece.content();
            if (++reads > 2) {
                content.put(content.position(), (byte) 99);
            }
            return content;
        }

        @Override
        public void release() {
            piece.release();
        }
    }
}
