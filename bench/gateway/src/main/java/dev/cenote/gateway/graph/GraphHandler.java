package dev.cenote.gateway.graph;

import dev.cenote.gateway.pool.ContextPool;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection, on its event loop: takes a context for each request, serves it, and gives it back or to its session. */
final class GraphHandler extends SimpleChannelInboundHandler<HttpObject> {
    private static final System.Logger LOG = System.getLogger(GraphHandler.class.getName());

    private static final byte[] OK = head("200 OK");
    private static final byte[] BAD_REQUEST = head("400 Bad Request");
    private static final byte[] BLANK_LINE = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD_BYTES_MAX = BAD_REQUEST.length + BLANK_LINE.length + 10;

    private final ContextPool pool;
    private final Sessions sessions;
    private final GraphCounts counts;
    private @Nullable RequestContext context;

    GraphHandler(ContextPool pool, Sessions sessions, GraphCounts counts) {
        this.pool = pool;
        this.sessions = sessions;
        this.counts = counts;
    }

    /** A response up to its length: always the same bytes, so objects for its lines would be garbage of our own making. */
    private static byte[] head(String status) {
        return ("HTTP/1.1 " + status + "\r\ncontent-type: application/json\r\ncontent-length: ").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext channel, HttpObject object) {
        if (object.decoderResult().isFailure()) {
            counts.malformed.increment();
            channel.close();
            return;
        }
        if (object instanceof HttpRequest request) {
            begin(request);
        }
        RequestContext current = context;
        if (current != null && object instanceof HttpContent content) {
            current.append(content.content());
            if (object instanceof LastHttpContent) {
                context = null;
                serve(channel, current);
            }
        }
    }

    private void begin(HttpRequest request) {
        RequestContext taken = pool.get();
        if (!taken.begin()) {
            counts.corrupt.increment(); /* somebody else has it */
        }
        context = taken;
        for (Iterator<Map.Entry<CharSequence, CharSequence>> headers = request.headers().iteratorCharSequence(); headers.hasNext();) {
            Map.Entry<CharSequence, CharSequence> header = headers.next();
            taken.headers().add(header.getKey(), header.getValue());
        }
    }

    private void serve(ChannelHandlerContext channel, RequestContext current) {
        boolean served = true;
        try {
            current.serve();
        } catch (IllegalArgumentException e) {
            counts.malformed.increment();
            served = false;
        }
        ByteBuf response = channel.alloc().buffer(HEAD_BYTES_MAX + current.answerLength());
        response.writeBytes(served ? OK : BAD_REQUEST);
        current.writeLengthTo(response);
        response.writeBytes(BLANK_LINE);
        current.writeTo(response);
        channel.writeAndFlush(response, channel.voidPromise());
        counts.answered.increment();
        counts.objects.add(current.objects());
        if (current.keepMillis() > 0) {
            sessions.keep(current);
        } else {
            sessions.release(current);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext channel) {
        RequestContext partial = context;
        context = null;
        if (partial != null) {
            partial.end();
            pool.put(partial);
        }
        channel.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.log(System.Logger.Level.ERROR, "connection failed", cause);
            counts.malformed.increment();
        }
        channel.close();
    }
}
