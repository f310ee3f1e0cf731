package dev.cenote.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** The gateway's HTTP answers. */
final class Answers {
    private Answers() {
    }

    static void accepted(Message message, JsonScan scan) {
        send(message.channel, HttpResponseStatus.OK, message.keepAlive, "{\"bytes\":" + message.bytes()
                + ",\"crc32c\":\"" + Integer.toHexString(message.checksumRead)
                + "\",\"strings\":" + scan.strings() + ",\"fields\":" + scan.fields() + ",\"depth\":" + scan.depthMax() + "}\n");
    }

    static void corrupt(Message message) {
        send(message.channel, HttpResponseStatus.UNPROCESSABLE_ENTITY, message.keepAlive, "{\"error\":\"checksum differs\"}\n");
    }

    static void refused(Channel channel, HttpResponseStatus status, String why) {
        send(channel, status, false, "{\"error\":\"" + why + "\"}\n");
    }

    private static void send(Channel channel, HttpResponseStatus status, boolean keepAlive, String text) {
        ByteBuf body = channel.alloc().buffer(text.length());
        ByteBufUtil.writeAscii(body, text);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        if (keepAlive) {
            channel.writeAndFlush(response, channel.voidPromise());
        } else {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            channel.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
