/**
 * Cenote's memory as Agrona's buffers, without copying.
 */
module dev.cenote.agrona {
    requires static transitive org.jspecify;
    requires transitive dev.cenote.core;
    requires transitive org.agrona;

    exports dev.cenote.agrona;
}
