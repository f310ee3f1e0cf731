package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.Version;
import org.junit.jupiter.api.Test;

/**
 * Each run of the suite meets the Netty that it is about.
 */
class NettyVersionTest {

    @Test
    void classPath_holdsTheVersionUnderTest() {
        String wanted = System.getProperty("cenote.test.netty", "4.2");
        assertThat(Version.identify().get("netty-buffer").artifactVersion()).startsWith(wanted + ".");
        assertThat(ByteBuf.class.getProtectionDomain().getCodeSource().getLocation().getPath()).contains("netty-buffer-" + wanted);
    }
}
