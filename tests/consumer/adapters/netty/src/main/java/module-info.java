/** A user's module; on the class path nobody reads this. */
module dev.cenote.consumer.netty {
    requires dev.cenote.netty;
    requires io.netty.common;
}
