/**
 * Cenote's memory as {@code java.lang.foreign} segments, allocators and arenas. It calls no restricted method itself: the
 * one grant of native access, to {@code dev.cenote.binding}, is enough.
 */
module dev.cenote.segment {
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;
    requires transitive dev.cenote.core;
    requires dev.cenote.binding;

    exports dev.cenote.segment;
}
