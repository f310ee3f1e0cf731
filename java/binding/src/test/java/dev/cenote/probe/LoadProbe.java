package dev.cenote.probe;

import dev.cenote.binding.NativeLoadException;
import dev.cenote.binding.NativeLoader;

/**
 * A program outside the module that loads the library and prints why that failed: a library of the JDK is none of ours.
 * Arguments: how to call it, jni (the default) or ffm, one after the other.
 */
public final class LoadProbe {

    private LoadProbe() {
    }

    public static void main(String[] arguments) {
        for (String calls : arguments.length == 0 ? new String[] {"jni"} : arguments) {
            try {
                if (calls.equals("ffm")) {
                    NativeLoader.loadForeign();
                } else {
                    NativeLoader.load();
                }
            } catch (NativeLoadException e) {
                System.out.println(e.reason() + ": " + e.getMessage());
            }
        }
    }
}
