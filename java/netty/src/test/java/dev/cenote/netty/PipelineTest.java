package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.stream.ChunkedStream;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole pipelines on our allocator: a server and a client over the loopback interface, with Netty's codecs. When they are gone,
 * nothing is taken.
 */
@SuppressWarnings("deprecation") /* NioEventLoopGroup is what both 4.1 and 4.2 have */
class PipelineTest {

    private static final int PATIENCE_SECONDS = 60;

    private final CenoteByteBufAllocator allocator = Kind.builder().name("pipeline").maximumBytes(256 << 20).build();
    private final EventLoopGroup loops = new NioEventLoopGroup(3);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final BlockingQueue<byte[]> answers = new ArrayBlockingQueue<>(1000);

    @AfterEach
    void nothingStaysTaken() throws InterruptedException {
        loops.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).await();
        assertThat(failure.get()).isNull();
        assertThat(allocator.metric().usedDirectMemory()).as("direct bytes still taken").isZero();
        assertThat(allocator.metric().usedHeapMemory()).as("heap bytes still taken").isZero();
        allocator.close();
    }

    /** Writes back what it reads. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }

    /** Keeps copies of what it reads, and failures. */
    private final class Collect extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
            byte[] bytes = new byte[message.readableBytes()];
            message.readBytes(bytes);
            answers.add(bytes);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failure.compareAndSet(null, cause);
            context.close();
        }
    }

    private ChannelInitializer<SocketChannel> initializer(Consumer<ChannelPipeline> pipeline) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                assertThat(channel.alloc()).isSameAs(allocator);
                pipeline.accept(channel.pipeline());
            }
        };
    }

    /** Opens a server and a connection to it, both on our allocator. */
    private Channel connect(Consumer<ChannelPipeline> server, Consumer<ChannelPipeline> client) throws InterruptedException {
        Channel listener = new ServerBootstrap().group(loops).channel(NioServerSocketChannel.class)
            .option(ChannelOption.ALLOCATOR, allocator).childOption(ChannelOption.ALLOCATOR, allocator)
            .childHandler(initializer(server)).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync().channel();
        return new Bootstrap().group(loops).channel(NioSocketChannel.class).option(ChannelOption.ALLOCATOR, allocator)
            .handler(initializer(client)).connect(listener.localAddress()).sync().channel();
    }

    private byte[] answer() throws InterruptedException {
        byte[] answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(answer).as("an answer; failure: %s", failure.get()).isNotNull();
        return answer;
    }

    private static void frames(ChannelPipeline pipeline) {
        pipeline.addLast(new LengthFieldBasedFrameDecoder(16 << 20, 0, 4, 0, 4), new LengthFieldPrepender(4));
    }

    @Test
    void frames_ofEverySize_comeBack() throws InterruptedException {
        Channel client = connect(pipeline -> {
            frames(pipeline);
            pipeline.addLast(new Echo());
        }, pipeline -> {
            frames(pipeline);
            pipeline.addLast(new Collect());
        });
        int[] sizes = {0, 1, 100, 4096, 65_536, 1_000_000, 5_000_000};
        for (int i = 0; i < 10; i++) {
            for (int size : sizes) {
                byte[] bytes = ContractTest.bytes(size, size + i);
                if (i % 2 == 0) {
                    client.writeAndFlush(client.alloc().buffer().writeBytes(bytes));
                } else {
                    client.writeAndFlush(Unpooled.wrappedBuffer(bytes)); /* the channel copies it into memory of ours */
                }
                assertThat(answer()).isEqualTo(bytes);
            }
        }
        client.close().sync();
    }

    @Test
    void compositesAndManySmallWrites_areGathered() throws InterruptedException {
        Channel client = connect(pipeline -> {
            frames(pipeline);
            pipeline.addLast(new Echo());
        }, pipeline -> {
            frames(pipeline);
            pipeline.addLast(new Collect());
        });
        byte[] bytes = ContractTest.bytes(30_000, 4);
        for (int round = 0; round < 20; round++) {
            CompositeByteBuf composite = client.alloc().compositeBuffer(100);
            for (int from = 0; from < bytes.length; from += 1000) {
                ByteBuf part = round % 2 == 0 ? client.alloc().directBuffer(1000) : client.alloc().heapBuffer(1000);
                composite.addComponent(true, part.writeBytes(bytes, from, 1000));
            }
            client.writeAndFlush(composite);
            assertThat(answer()).isEqualTo(bytes);
        }
        for (int i = 0; i < 500; i++) {
            client.write(client.alloc().directBuffer().writeInt(i));
        }
        client.flush();
        for (int i = 0; i < 500; i++) {
            assertThat(Unpooled.wrappedBuffer(answer()).readInt()).isEqualTo(i);
        }
        client.close().sync();
    }

    @Test
    void chunkedWrites_arrive() throws InterruptedException {
        Channel client = connect(pipeline -> pipeline.addLast(new Echo()),
            pipeline -> pipeline.addLast(new ChunkedWriteHandler(), new Collect()));
        byte[] bytes = ContractTest.bytes(3_000_000, 6);
        client.writeAndFlush(new ChunkedStream(new ByteArrayInputStream(bytes), 10_000));
        ByteBuf back = Unpooled.buffer(bytes.length);
        while (back.readableBytes() < bytes.length) {
            back.writeBytes(answer());
        }
        assertThat(back.array()).isEqualTo(bytes);
        client.close().sync();
    }

    @Test
    void messages_releasedOnOtherThreads_areGivenBack() throws InterruptedException {
        ExecutorService others = Executors.newFixedThreadPool(2);
        Channel client = connect(pipeline -> {
            frames(pipeline);
            pipeline.addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    others.execute(() -> {
                        ByteBuf request = (ByteBuf) message;
                        int number = request.readInt();
                        request.release();
                        context.writeAndFlush(context.alloc().directBuffer(4).writeInt(number));
                    });
                }
            });
        }, pipeline -> {
            frames(pipeline);
            pipeline.addLast(new Collect());
        });
        int sum = 0;
        for (int i = 0; i < 2000; i++) {
            client.writeAndFlush(client.alloc().directBuffer().writeInt(i).writeZero(i));
            if (i % 100 == 99) {
                for (int j = 0; j < 100; j++) {
                    sum += Unpooled.wrappedBuffer(answer()).readInt();
                }
            }
        }
        assertThat(sum).isEqualTo(1999 * 1000);
        client.close().sync();
        others.shutdown();
        assertThat(others.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void http_withCompression_works() throws InterruptedException {
        Channel client = connect(pipeline -> pipeline.addLast(new HttpServerCodec(), new HttpContentCompressor(),
            new HttpObjectAggregator(1 << 20), new SimpleChannelInboundHandler<FullHttpRequest>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
                    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK,
                        request.content().retain());
                    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
                    context.writeAndFlush(response);
                }
            }), pipeline -> pipeline.addLast(new HttpClientCodec(), new HttpContentDecompressor(),
                new HttpObjectAggregator(1 << 20), new SimpleChannelInboundHandler<FullHttpResponse>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
                        byte[] bytes = new byte[response.content().readableBytes()];
                        response.content().readBytes(bytes);
                        answers.add(bytes);
                    }
                }));
        for (int size : new int[] {0, 10, 2000, 100_000, 500_000}) {
            byte[] bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) (i / 50 + i % 3);
            }
            for (int round = 0; round < 5; round++) {
                DefaultFullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/",
                    client.alloc().buffer(size).writeBytes(bytes));
                request.headers().set(HttpHeaderNames.CONTENT_LENGTH, size).set(HttpHeaderNames.ACCEPT_ENCODING, "gzip");
                client.writeAndFlush(request);
                assertThat(answer()).isEqualTo(bytes);
            }
        }
        client.close().sync();
    }

    @Test
    void tls_works(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(List.of(System.getProperty("java.home") + "/bin/keytool", "-genkeypair", "-alias",
            "test", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost", "-storetype", "PKCS12", "-keystore",
            store.toString(), "-storepass", "test-only")).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "test-only".toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "test-only".toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SslContext server = SslContextBuilder.forServer(own).sslProvider(SslProvider.JDK).build();
        SslContext client = SslContextBuilder.forClient().sslProvider(SslProvider.JDK).trustManager(trusted).build();
        Channel channel = connect(pipeline -> {
            pipeline.addLast(server.newHandler(allocator));
            frames(pipeline);
            pipeline.addLast(new Echo());
        }, pipeline -> {
            pipeline.addLast(client.newHandler(allocator, "localhost", 443));
            frames(pipeline);
            pipeline.addLast(new Collect());
        });
        for (int size : new int[] {0, 100, 5000, 100_000, 1_000_000}) {
            byte[] bytes = ContractTest.bytes(size, size);
            channel.writeAndFlush(channel.alloc().buffer().writeBytes(bytes));
            assertThat(answer()).isEqualTo(bytes);
        }
        channel.close().sync();
    }

    @Test
    void exhaustedPool_failsTheWrite_andTheChannelGoesOn() throws InterruptedException {
        CenoteByteBufAllocator small = Kind.builder().name("small").maximumBytes(1 << 20).build();
        Channel client = connect(pipeline -> {
            frames(pipeline);
            pipeline.addLast(new Echo());
        }, pipeline -> {
            frames(pipeline);
            pipeline.addLast(new Collect());
        });
        client.config().setAllocator(small);
        ByteBuf tooLarge = Unpooled.wrappedBuffer(new byte[2 << 20]); /* is to be copied into memory of ours */
        assertThat(client.writeAndFlush(tooLarge).await().cause()).isInstanceOf(RuntimeException.class);
        client.config().setAllocator(allocator);
        client.close().sync();
        assertThat(small.metric().usedDirectMemory()).isZero();
        small.close();
    }
}
