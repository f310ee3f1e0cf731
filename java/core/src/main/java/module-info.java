/**
 * Off-heap memory pools for latency-sensitive programs.
 */
module dev.cenote.core {
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations; /* not transitive: who compiles without Error Prone need not have it */
    requires dev.cenote.binding;
    requires transitive java.management;
    requires static jdk.jfr; /* bound by java.management's services where the runtime has them; else we do without */
    requires static jdk.management;

    exports dev.cenote;
    exports dev.cenote.flow;
    exports dev.cenote.metrics;

    uses dev.cenote.MemoryArenaProvider;
}
