package dev.cenote.probe;

import dev.cenote.binding.NativeLoadException;
import dev.cenote.binding.NativeLoader;
import dev.cenote.binding.NativeMemory;

/** A program outside the module that prints whether memory is direct; with an argument, after the library's load. */
public final class MemoryProbe {

    private MemoryProbe() {
    }

    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            try {
                NativeLoader.load();
            } catch (NativeLoadException e) {
                System.out.println(e.reason());
            }
        }
        System.out.println("direct " + NativeMemory.DIRECT);
    }
}
