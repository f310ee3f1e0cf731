package dev.cenote;

import dev.cenote.binding.NativeCalls;
import dev.cenote.binding.NativeLoadException;
import dev.cenote.binding.NativeLoader;
import dev.cenote.internal.BlockStore;
import dev.cenote.internal.JavaBlockStore;
import dev.cenote.internal.NativeBlockStore;
import dev.cenote.internal.StoreOpenException;
import dev.cenote.internal.StoreOptions;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Chooses the backend of a pool: what the builder asks for, else the property {@value #PROPERTY}, else what runs here.
 */
final class Backends {

    static final String PROPERTY = "cenote.backend";

    private static final System.Logger LOG = System.getLogger(Backends.class.getName());
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private Backends() {
    }

    /** What a store was opened on. */
    record Opened(Backend backend, BlockStore store) {
    }

    static Backend fromProperty() {
        String value = System.getProperty(PROPERTY, "auto");
        try {
            return Backend.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("-D" + PROPERTY + "=" + value + ": use auto, jni, ffm or java", e);
        }
    }

    static Opened open(Backend asked, StoreOptions options) throws StoreOpenException {
        Backend wanted = asked == Backend.AUTO ? fromProperty() : asked;
        if (wanted == Backend.JAVA) {
            return new Opened(Backend.JAVA, new JavaBlockStore(options));
        }
        Backend backend = wanted == Backend.FFM ? Backend.FFM : Backend.JNI;
        NativeCalls natives;
        try {
            natives = natives(backend);
        } catch (NativeLoadException e) {
            if (wanted != Backend.AUTO) {
                throw new BackendUnavailableException("the " + wanted.name().toLowerCase(Locale.ROOT)
                    + " backend cannot run here: " + e.getMessage() + " The java backend (Backend.JAVA or -D" + PROPERTY
                    + "=java) runs everywhere.", e);
            }
            if (WARNED.compareAndSet(false, true)) {
                LOG.log(System.Logger.Level.WARNING, "pools run on the java backend: {0}", e.getMessage());
            }
            return new Opened(Backend.JAVA, new JavaBlockStore(options));
        }
        return new Opened(backend, new NativeBlockStore(natives, options));
    }

    /**
     * {@return the calls into the native library, loaded the first time}
     *
     * @param backend JNI or FFM
     * @throws NativeLoadException if it can't run here
     */
    static NativeCalls natives(Backend backend) {
        return backend == Backend.FFM ? NativeLoader.loadForeign() : NativeLoader.load();
    }
}
