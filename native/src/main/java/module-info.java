/** Carries libcenote.so for Linux on x86-64; it has no API of its own. */
module dev.cenote.natives.linux.x86_64 {
    requires dev.cenote.binding;
    requires static org.jspecify;

    provides dev.cenote.binding.NativeLibrary with dev.cenote.natives.linux.x86_64.LinuxLibrary;
}
