/**
 * How Java reaches the C ABI of Cenote and native memory; for {@code dev.cenote.core}, the adapters, and the jars that
 * carry the library.
 */
module dev.cenote.binding {
    requires static org.bytedeco.javacpp;
    requires static org.jspecify;

    exports dev.cenote.binding to dev.cenote.core, dev.cenote.natives.linux.x86_64,
        dev.cenote.agrona, dev.cenote.arrow, dev.cenote.netty, dev.cenote.segment;

    uses dev.cenote.binding.NativeLibrary;
}
