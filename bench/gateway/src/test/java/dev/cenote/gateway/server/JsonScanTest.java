package dev.cenote.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonScanTest {
    private static final byte[] DOCUMENT =
            "{\"a\":[1,{\"b\\\":{\":\"x\"}],\"c\":null}".getBytes(StandardCharsets.UTF_8);

    @Test
    void scan_countsStructure_notWhatStandsInStrings() {
        JsonScan scan = new JsonScan();
        scan.feed(ByteBuffer.wrap(DOCUMENT));
        assertThat(scan.strings()).isEqualTo(4);
        assertThat(scan.fields()).isEqualTo(3);
        assertThat(scan.depthMax()).isEqualTo(3);
    }

    @Test
    void scan_isTheSameWhereverTheDocumentIsCut() {
        for (int cut = 0; cut <= DOCUMENT.length; cut++) {
            JsonScan scan = new JsonScan();
            scan.feed(ByteBuffer.wrap(DOCUMENT, 0, cut));
            scan.feed(ByteBuffer.wrap(DOCUMENT, cut, DOCUMENT.length - cut));
            assertThat(scan.strings()).as("cut at %d", cut).isEqualTo(4);
            assertThat(scan.fields()).as("cut at %d", cut).isEqualTo(3);
        }
    }

    @Test
    void reset_forgetsTheLastDocument() {
        JsonScan scan = new JsonScan();
        scan.feed(ByteBuffer.wrap("{\"open".getBytes(StandardCharsets.UTF_8)));
        scan.reset();
        scan.feed(ByteBuffer.wrap(DOCUMENT));
        assertThat(scan.fields()).isEqualTo(3);
    }
}
