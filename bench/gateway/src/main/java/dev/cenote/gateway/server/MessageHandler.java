package dev.cenote.gateway.server;

import dev.cenote.gateway.memory.MessageMemory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One connection's upstream side, on its event loop: copies each body into memory under test as it arrives, and
 * hands the whole message downstream.
 */
final class MessageHandler extends SimpleChannelInboundHandler<HttpObject> {
    static final String PATH = "/messages";
    static final String CHECKSUM_HEADER = "x-crc32c";
    private static final System.Logger LOG = System.getLogger(MessageHandler.class.getName());

    private final MessageMemory memory;
    private final Downstream downstream;
    private final Counts counts;

    private @Nullable Message message;
    private int toCome;

    MessageHandler(MessageMemory memory, Downstream downstream, Counts counts) {
        this.memory = memory;
        this.downstream = downstream;
        this.counts = counts;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject object) {
        if (object.decoderResult().isFailure()) {
            reject(context, HttpResponseStatus.BAD_REQUEST, "not HTTP");
            return;
        }
        if (object instanceof HttpRequest request) {
            begin(context, request);
        }
        Message current = message;
        if (current != null && object instanceof HttpContent content) {
            if (!copy(context, current, content)) {
                return;
            }
            if (object instanceof LastHttpContent) {
                message = null;
                handOver(context, current);
            }
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        if (!request.method().equals(HttpMethod.POST) || !request.uri().equals(PATH)) {
            reject(context, HttpResponseStatus.NOT_FOUND, "POST to " + PATH);
            return;
        }
        String checksum = request.headers().get(CHECKSUM_HEADER);
        long checksumSent = -1;
        if (checksum != null) {
            try {
                checksumSent = Integer.toUnsignedLong(Integer.parseUnsignedInt(checksum, 16));
            } catch (NumberFormatException e) {
                reject(context, HttpResponseStatus.BAD_REQUEST, CHECKSUM_HEADER + " is no hexadecimal number");
                return;
            }
        }
        toCome = (int) Math.min(Integer.MAX_VALUE, HttpUtil.getContentLength(request, 0L));
        message = new Message(context.channel(), HttpUtil.isKeepAlive(request), checksumSent);
        counts.begun.increment();
    }

    private boolean copy(ChannelHandlerContext context, Message current, HttpContent content) {
        int arrived = content.content().readableBytes();
        try {
            current.append(content.content(), toCome, memory);
            toCome -= arrived;
            return true;
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.log(System.Logger.Level.ERROR, "no memory for a message", e);
            counts.refused.increment();
            drop();
            Answers.refused(context.channel(), HttpResponseStatus.SERVICE_UNAVAILABLE, "no memory");
            return false;
        }
    }

    private void handOver(ChannelHandlerContext context, Message whole) {
        if (!downstream.offer(whole)) {
            counts.refused.increment();
            whole.release();
            counts.released.increment();
            Answers.refused(context.channel(), HttpResponseStatus.SERVICE_UNAVAILABLE, "downstream is behind");
        }
    }

    private void reject(ChannelHandlerContext context, HttpResponseStatus status, String why) {
        counts.malformed.increment();
        drop();
        Answers.refused(context.channel(), status, why);
    }

    /** Forgets a message that will not become whole. */
    private void drop() {
        Message partial = message;
        message = null;
        if (partial != null) {
            partial.release();
            counts.released.increment();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        drop();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.log(System.Logger.Level.ERROR, "connection failed", cause);
            counts.malformed.increment();
        }
        context.close();
    }
}
