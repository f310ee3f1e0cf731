/**
 * Cenote as Arrow's default allocation manager.
 */
module dev.cenote.arrow.standard {
    requires static transitive org.jspecify;
    requires transitive dev.cenote.arrow;

    exports org.apache.arrow.memory.unsafe to org.apache.arrow.memory.core;
}
