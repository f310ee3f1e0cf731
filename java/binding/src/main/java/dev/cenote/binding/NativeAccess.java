package dev.cenote.binding;

import java.lang.reflect.InvocationTargetException;

/** The JVM's permission to call native code (JDK 22 and later): whether we have it, and the flag that grants it. */
final class NativeAccess {

    private NativeAccess() {
    }

    /**
     * Tells whether a module may call native code without a warning or a refusal.
     *
     * @param module the module that loads the library and declares the native methods
     * @return true on a JVM that knows no such permission (before 22)
     */
    static boolean isGranted(Module module) {
        try {
            return (boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(module);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new AssertionError("a public method without arguments that throws nothing", e);
        }
    }

    /**
     * Names the JVM option that gives the permission.
     *
     * @param module the module that needs it
     * @return the option for the class path or for the module path, as the module was loaded
     */
    static String flag(Module module) {
        return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }

    static NativeLoadException denied(Module module, Throwable cause) {
        return new NativeLoadException(NativeLoadException.Reason.NATIVE_ACCESS,
            "The JVM denies native code to " + (module.isNamed() ? "module " + module.getName() : "the class path")
                + ": it runs with --illegal-native-access=deny and without a grant for Cenote. Add " + flag(module)
                + " to the java command (" + (module.isNamed() ? "module path" : "class path")
                + "; when Cenote is on the " + (module.isNamed()
                    ? "class path, --enable-native-access=ALL-UNNAMED)"
                    : "module path, --enable-native-access=dev.cenote.binding)")
                + ", or choose the pure Java backend with -Dcenote.backend=java.", cause);
    }
}
