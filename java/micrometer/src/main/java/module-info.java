/**
 * Pools of Cenote as Micrometer meters.
 */
module dev.cenote.micrometer {
    requires static transitive org.jspecify;
    requires transitive dev.cenote.core;
    requires transitive micrometer.core;

    exports dev.cenote.micrometer;
}
