package dev.cenote.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class PoolBeansTest {

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    private static BlockPool pool(String name) {
        return BlockPool.builder().name(name).blockBytes(4096).maximumBytes(1 << 22)
            .backend(Backend.valueOf(System.getProperty("cenote.test.backend", "java").toUpperCase(Locale.ROOT))).build();
    }

    @Test
    void registeredPool_isReadAndTrimmedByItsName() throws Exception {
        try (BlockPool pool = pool("a,b=\"c\"*")) {
            ObjectName name;
            try (PoolBeans.Registration registration = PoolBeans.register(pool)) {
                name = registration.name();
                assertThat(name.toString()).startsWith("dev.cenote:type=BlockPool,name=");
                Block block = pool.get();
                assertThat(server.getAttribute(name, "Name")).isEqualTo("a,b=\"c\"*");
                assertThat(server.getAttribute(name, "BytesInUse")).isEqualTo(4096L);
                assertThat(server.getAttribute(name, "BlockBytes")).isEqualTo(4096);
                assertThat(server.getAttribute(name, "Gets")).isEqualTo(1L);
                assertThat(server.getAttribute(name, "Puts")).isEqualTo(0L);
                assertThat((long) server.getAttribute(name, "BytesCommitted")).isPositive();
                assertThat((long) server.getAttribute(name, "BytesReserved")).isPositive();
                assertThat((long) server.getAttribute(name, "BytesFree")).isNotNegative();
                assertThat((long) server.getAttribute(name, "Growths")).isPositive();
                assertThat(server.getAttribute(name, "GetsRefused")).isEqualTo(0L);
                assertThat(server.getAttribute(name, "GrowthsFailed")).isEqualTo(0L);
                assertThat((long) server.getAttribute(name, "GrowthNanosMax")).isPositive();
                assertThat(server.getAttribute(name, "Closed")).isEqualTo(false);
                pool.put(block);
                assertThat((long) server.invoke(name, "trim", null, null)).isNotNegative();
            }
            assertThat(server.isRegistered(name)).isFalse();
        }
    }

    @Test
    void secondPoolOfThatName_isRefused() {
        try (BlockPool first = pool("twice"); BlockPool second = pool("twice"); PoolBeans.Registration registered = PoolBeans.register(first)) {
            assertThat(server.isRegistered(registered.name())).isTrue();
            assertThatThrownBy(() -> PoolBeans.register(second)).isInstanceOf(IllegalStateException.class).hasMessageContaining("\"twice\"");
        }
    }

    @Test
    void closedPool_saysSo() throws Exception {
        BlockPool pool = pool("closed");
        try (PoolBeans.Registration registration = PoolBeans.register(pool)) {
            pool.close();
            assertThat(server.getAttribute(registration.name(), "Closed")).isEqualTo(true);
        }
    }
}
