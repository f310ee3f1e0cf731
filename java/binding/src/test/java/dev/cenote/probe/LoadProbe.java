package dev.cenote.probe;

import dev.cenote.binding.NativeLoadException;
import dev.cenote.binding.NativeLoader;

/** A program outside the module that loads the library and prints why that failed: a library of the JDK is none of ours. */
public final class LoadProbe {

    private LoadProbe() {
    }

    public static void main(String[] arguments) {
        try {
            NativeLoader.load();
        } catch (NativeLoadException e) {
            System.out.println(e.reason() + ": " + e.getMessage());
        }
    }
}
