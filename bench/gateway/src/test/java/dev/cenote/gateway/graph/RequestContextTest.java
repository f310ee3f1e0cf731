package dev.cenote.gateway.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cenote.gateway.load.Document;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RequestContextTest {

    private static JsonNode serve(RequestContext context, byte[] body) throws IOException {
        assertThat(context.begin()).isTrue();
        context.headers().add("host", "127.0.0.1");
        context.append(Unpooled.wrappedBuffer(body));
        context.serve();
        ByteBuf out = Unpooled.buffer();
        context.writeTo(out);
        return new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void everyOrder_isParsedAndAnsweredAsAnotherParserSeesIt() throws IOException {
        RequestContext context = new RequestContext();
        for (Document document : Orders.corpus(new Orders.Mix(0.3, 0.2), 7).documents()) {
            JsonNode want = new ObjectMapper().readTree(document.bytes());
            JsonNode answer = serve(context, document.bytes());
            assertThat(answer.get("items")).isEqualTo(want.get("items"));
            assertThat(answer.get("headers").asInt()).isEqualTo(1);
            assertThat(context.tag()).isEqualTo(want.get("class").asText());
            assertThat(context.keepMillis()).isEqualTo(want.get("keepMillis").asLong());
            assertThat(context.objects()).isBetween(20, 60);
            assertThat(context.end()).isTrue();
            context.reset();
        }
    }

    @Test
    void answersLength_isWrittenAsItIs() throws IOException {
        RequestContext context = new RequestContext();
        for (int items : new int[] {0, 1, 90, 900, 9000}) {
            serve(context, ("{\"class\":\"quote\",\"items\":[" + "7,".repeat(items) + "7]}").getBytes(StandardCharsets.US_ASCII));
            ByteBuf length = Unpooled.buffer();
            context.writeLengthTo(length);
            assertThat(length.toString(StandardCharsets.US_ASCII)).isEqualTo(Integer.toString(context.answerLength()));
            assertThat(context.end()).isTrue();
            context.reset();
        }
    }

    @Test
    void shares_areThoseAskedFor() {
        var kinds = Orders.corpus(new Orders.Mix(0.3, 0.2), 7).documents().stream().map(d -> d.name().substring(0, 5)).toList();
        assertThat(kinds).filteredOn("order"::equals).hasSize(300);
        assertThat(kinds).filteredOn("sessi"::equals).hasSize(200);
        assertThat(kinds).filteredOn("quote"::equals).hasSize(500);
    }

    @Test
    void secondOwner_isNoticed() {
        RequestContext context = new RequestContext();
        assertThat(context.begin()).isTrue();
        assertThat(context.begin()).isFalse();
    }

    @Test
    void contentThatChanged_isNoticed() throws IOException {
        RequestContext context = new RequestContext();
        serve(context, "{\"class\":\"quote\",\"items\":[1]}".getBytes(StandardCharsets.US_ASCII));
        context.append(Unpooled.wrappedBuffer(new byte[] {1}));
        assertThat(context.end()).isFalse();
    }

    @Test
    void brokenDocuments_areRefused() {
        for (String broken : new String[] {"", "{", "{\"a\":}", "[1,]", "{\"a\" 1}", "\"open", "[1] 2", "{\"class\":\"other\"}", "[".repeat(40)}) {
            RequestContext context = new RequestContext();
            assertThatThrownBy(() -> serve(context, broken.getBytes(StandardCharsets.US_ASCII))).as(broken).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
