/**
 * Netty's buffers on Cenote's memory.
 */
module dev.cenote.netty {
    requires static transitive org.jspecify;
    requires transitive dev.cenote.core;
    requires transitive io.netty.buffer;
    requires io.netty.common;

    exports dev.cenote.netty;
}
