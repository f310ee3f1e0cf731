/**
 * Off-heap memory pools for latency-sensitive programs.
 */
module dev.cenote.core {
    requires static transitive org.jspecify;
    requires dev.cenote.binding;

    exports dev.cenote;
    exports dev.cenote.flow;
}
