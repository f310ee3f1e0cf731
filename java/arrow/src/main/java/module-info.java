/**
 * Cenote's memory under Apache Arrow.
 */
module dev.cenote.arrow {
    requires static transitive org.jspecify;
    requires transitive dev.cenote.core;
    requires transitive org.apache.arrow.memory.core;

    exports dev.cenote.arrow;
}
