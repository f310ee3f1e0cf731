package dev.cenote.gateway.server;

import dev.cenote.gateway.memory.MessageMemory;
import dev.cenote.gateway.meter.HeapMeter;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The message gateway: HTTP/1.1 on the loopback interface, bodies in the memory under test, answered by the downstream.
 * <p>The channels' own buffers come from {@link MessageMemory#channelBuffers}.
 */
public final class GatewayServer implements AutoCloseable {
    private final MessageMemory memory;
    private final Counts counts = new Counts();
    private final HeapMeter heap = new HeapMeter();
    private final Downstream[] downstreams;
    private final EventLoopGroup loops;
    private final Channel listener;

    /** Binds a free port. The memory stays the caller's to close, after this. */
    public GatewayServer(MessageMemory memory, ServerSettings settings) throws InterruptedException {
        this.memory = memory;
        downstreams = new Downstream[settings.downstreamThreads()];
        for (int i = 0; i < downstreams.length; i++) {
            downstreams[i] = new Downstream(i, new Lifetime(settings.slowShare(), settings.seed() + i), counts);
        }
        loops = new MultiThreadIoEventLoopGroup(settings.ioThreads(), NioIoHandler.newFactory());
        ByteBufAllocator channelBuffers = memory.channelBuffers();
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.ALLOCATOR, channelBuffers)
                .childOption(ChannelOption.ALLOCATOR, channelBuffers)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        // a connection keeps its downstream, so pipelined answers stay in order.
                        Downstream downstream = downstreams[Math.floorMod(channel.id().hashCode(), downstreams.length)];
                        channel.pipeline().addLast(new HttpServerCodec(), new MessageHandler(memory, downstream, counts));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync().channel();
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public ServerStatus status() {
        long released = counts.released.sum(); // before begun, so that held() is never negative
        return new ServerStatus(counts.begun.sum(), counts.answered.sum(), counts.bytes.sum(), released,
                counts.refused.sum(), counts.corrupt.sum(), counts.malformed.sum(),
                memory.outstanding(), memory.growths(), memory.heldBytes(), heap.bytes());
    }

    /** Stops listening, closes connections, releases every message. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        for (Downstream downstream : downstreams) {
            downstream.stop();
        }
    }
}
