/** How Java reaches the C ABI of Cenote; for {@code dev.cenote.core}, and for the jars that carry the library. */
module dev.cenote.binding {
    requires static org.bytedeco.javacpp;
    requires static org.jspecify;

    exports dev.cenote.binding to dev.cenote.core, dev.cenote.natives.linux.x86_64;

    uses dev.cenote.binding.NativeLibrary;
}
