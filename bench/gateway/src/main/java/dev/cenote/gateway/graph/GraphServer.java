package dev.cenote.gateway.graph;

import dev.cenote.gateway.meter.HeapMeter;
import dev.cenote.gateway.pool.ContextPool;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The gateway of the experiment: HTTP/1.1 on the loopback interface, every request served in a context of the pool under test. */
public final class GraphServer implements AutoCloseable {
    /** What comes after a chunked body is not asked for: one that has something there is malformed. Else each request would make headers that stay empty. */
    private static final HttpHeadersFactory NO_TRAILERS = new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
            return EmptyHttpHeaders.INSTANCE;
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return EmptyHttpHeaders.INSTANCE;
        }
    };

    private final ContextPool pool;
    private final GraphCounts counts = new GraphCounts();
    private final HeapMeter heap = new HeapMeter();
    private final Sessions sessions;
    private final Housekeeping housekeeping;
    private final EventLoopGroup loops;
    private final Channel listener;

    /**
     * Binds a free port. The pool stays the caller's to close, after this.
     *
     * @param otherBytes what the rest of the program allocates a second, see {@link Housekeeping}
     */
    public GraphServer(ContextPool pool, int threads, long otherBytes) throws InterruptedException {
        this.pool = pool;
        this.sessions = new Sessions(pool, counts.corrupt);
        this.housekeeping = new Housekeeping(otherBytes);
        this.loops = new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory());
        HttpDecoderConfig decoding = new HttpDecoderConfig().setTrailersFactory(NO_TRAILERS);
        PooledByteBufAllocator channelBuffers = new PooledByteBufAllocator(true);
        this.listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.ALLOCATOR, channelBuffers)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new HttpRequestDecoder(decoding), new GraphHandler(pool, sessions, counts));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync().channel();
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public GraphStatus status() {
        return new GraphStatus(System.nanoTime(), counts.answered.sum(), counts.corrupt.sum(), counts.malformed.sum(), counts.objects.sum(),
                sessions.size(), heap.bytes(), pool.status());
    }

    /** Stops listening, closes connections, ends sessions. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        sessions.stop();
        housekeeping.stop();
    }
}
