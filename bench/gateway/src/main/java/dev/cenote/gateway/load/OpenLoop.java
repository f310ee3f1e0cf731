package dev.cenote.gateway.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Sends messages at a fixed rate, whether the gateway keeps up or not, and measures each from the moment it was due.
 * <p>So a stall counts for all messages that fell into it (no coordinated omission). Rate 0 is a closed loop instead: each
 * connection sends as soon as it has its answer. All state belongs to one event loop.
 */
final class OpenLoop {
    private final LoadPlan plan;
    private final List<ByteBuf> requests = new ArrayList<>();
    private final SplittableRandom random;
    private final ArrayDeque<Channel> idle = new ArrayDeque<>();
    private final List<Channel> channels = new ArrayList<>();
    private final Histogram latency = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
    private final Map<String, Long> errors = new TreeMap<>();
    private final double intervalNanos;
    private final Tide tide;
    private final CountDownLatch finished = new CountDownLatch(1);

    private long startNanos;
    private long measureNanos;
    private long endNanos;
    private long due;              // messages that were due and have been sent
    private double dueOffset;      // when the next one is due, in nanoseconds since the start
    private long measured;         // answers to messages that were due in the measured window
    private long inFlight;

    OpenLoop(LoadPlan plan, Corpus corpus) {
        this.plan = plan;
        this.random = new SplittableRandom(plan.seed());
        this.intervalNanos = plan.ratePerSecond() > 0 ? 1e9 / plan.ratePerSecond() : 0;
        this.tide = Tide.parse(plan.tide());
        for (Document document : corpus.documents()) {
            byte[] head = ("POST /messages HTTP/1.1\r\nHost: 127.0.0.1:" + plan.port()
                    + "\r\nContent-Type: application/json\r\nX-Crc32c: " + document.checksum()
                    + "\r\nContent-Length: " + document.bytes().length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            ByteBuf request = Unpooled.directBuffer(head.length + document.bytes().length);
            requests.add(request.writeBytes(head).writeBytes(document.bytes()));
        }
    }

    /** @param onMeasuring called once, when the measured window begins */
    LoadResult run(Runnable onMeasuring) throws InterruptedException {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            connect(group);
            EventLoop loop = channels.get(0).eventLoop();
            startNanos = System.nanoTime();
            measureNanos = startNanos + plan.warmUp().toNanos();
            endNanos = measureNanos + plan.measured().toNanos();
            loop.execute(this::pump);
            boolean announced = false;
            for (long now = startNanos; now - endNanos < 0; now = System.nanoTime()) {
                if (!announced && now - measureNanos >= 0) {
                    announced = true;
                    onMeasuring.run();
                }
                LockSupport.parkNanos((long) Math.max(50_000, Math.min(intervalNanos, 1_000_000)));
                loop.execute(this::pump);
            }
            if (!announced) {
                onMeasuring.run(); // this thread got no time in the whole window
            }
            loop.execute(this::pump);
            boolean complete = finished.await(plan.patience().toNanos(), TimeUnit.NANOSECONDS);
            return loop.submit(() -> result(complete)).sync().getNow();
        } finally {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).sync();
            requests.forEach(ByteBuf::release);
        }
    }

    private void connect(MultiThreadIoEventLoopGroup group) throws InterruptedException {
        Bootstrap bootstrap = new Bootstrap().group(group).channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new HttpResponseDecoder(), new Connection());
                    }
                });
        for (int i = 0; i < plan.connections(); i++) {
            Channel channel = bootstrap.connect(InetAddress.getLoopbackAddress(), plan.port()).sync().channel();
            channels.add(channel);
        }
        channels.get(0).eventLoop().submit(() -> idle.addAll(channels)).sync();
    }

    /** Sends all that is due and for which a connection is idle. */
    private void pump() {
        long now = System.nanoTime();
        while (!idle.isEmpty()) {
            long dueNanos = intervalNanos == 0 ? now : startNanos + (long) dueOffset;
            if (dueNanos - now > 0) {
                return;
            }
            if (dueNanos - endNanos >= 0) {
                if (inFlight == 0) {
                    finished.countDown();
                }
                return;
            }
            Channel channel = idle.removeLast();
            if (!channel.isActive()) {
                continue; // counted when it closed
            }
            due++;
            dueOffset = tide.next(dueOffset, intervalNanos);
            inFlight++;
            Connection connection = channel.pipeline().get(Connection.class);
            connection.dueNanos = dueNanos;
            connection.waiting = true;
            channel.writeAndFlush(requests.get(random.nextInt(requests.size())).retainedDuplicate());
        }
    }

    private void error(String kind, long count) {
        errors.merge(kind, count, Long::sum);
    }

    private LoadResult result(boolean complete) {
        if (!complete) {
            if (inFlight > 0) {
                error("timeout", inFlight);
            }
            double allDue = intervalNanos == 0 ? due : Math.floor(tide.sent((endNanos - startNanos) / 1e9) * 1e9 / intervalNanos);
            if (allDue - due >= 1) {
                error("unsent", (long) (allDue - due));
            }
        }
        Duration window = plan.measured();
        String how = intervalNanos == 0 ? "own client, closed loop" : "own client, open loop";
        return new LoadResult(how, measured, window.toNanos() / 1e9, LoadResult.points(latency), errors, plan.ratePerSecond());
    }

    /** One connection: at most one message on its way. */
    private final class Connection extends SimpleChannelInboundHandler<HttpObject> {
        private long dueNanos;
        private boolean waiting;
        private int status;

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject object) {
            if (object.decoderResult().isFailure()) {
                error("read", 1);
                context.close();
                return;
            }
            if (object instanceof HttpResponse response) {
                status = response.status().code();
            }
            if (object instanceof LastHttpContent) {
                answered(context.channel());
            }
        }

        private void answered(Channel channel) {
            long now = System.nanoTime();
            waiting = false;
            inFlight--;
            if (status != 200) {
                error("status", 1);
            } else if (dueNanos - measureNanos >= 0) {
                measured++;
                latency.recordValue(Math.min(latency.getHighestTrackableValue(), Math.max(1, now - dueNanos)));
            }
            idle.addLast(channel);
            pump();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (waiting) {
                waiting = false;
                inFlight--;
            }
            if (System.nanoTime() - endNanos < 0 || finished.getCount() > 0) {
                error("connection", 1);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            error("read", 1);
            context.close();
        }
    }
}
