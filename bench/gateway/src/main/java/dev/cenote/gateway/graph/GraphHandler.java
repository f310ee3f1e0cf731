package dev.cenote.gateway.graph;

import dev.cenote.gateway.pool.ContextPool;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection, on its event loop: takes a context for each request, serves it, and gives it back or to its session. */
final class GraphHandler extends SimpleChannelInboundHandler<HttpObject> {
    private static final System.Logger LOG = System.getLogger(GraphHandler.class.getName());

    private final ContextPool pool;
    private final Sessions sessions;
    private final GraphCounts counts;
    private @Nullable RequestContext context;

    GraphHandler(ContextPool pool, Sessions sessions, GraphCounts counts) {
        this.pool = pool;
        this.sessions = sessions;
        this.counts = counts;
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
            taken.headers().add(header.getKey().toString(), header.getValue());
        }
    }

    private void serve(ChannelHandlerContext channel, RequestContext current) {
        HttpResponseStatus status = HttpResponseStatus.OK;
        try {
            current.serve();
        } catch (IllegalArgumentException e) {
            counts.malformed.increment();
            status = HttpResponseStatus.BAD_REQUEST;
        }
        ByteBuf body = channel.alloc().buffer(current.answerLength());
        current.writeTo(body);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
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
