package dev.cenote.internal;

/**
 * A store could not be opened; the pool's builder turns the code into text.
 */
public final class StoreOpenException extends Exception {
    private static final long serialVersionUID = 1L;

    private final StoreCode code;

    /**
     * Made by a store.
     *
     * @param code why
     */
    public StoreOpenException(StoreCode code) {
        super(code.name());
        this.code = code;
    }

    /** {@return why} */
    public StoreCode code() {
        return code;
    }
}
