package dev.cenote;

/**
 * How idle memory goes back to the system.
 */
public enum PurgeMode {
    /** At once: the process's resident size falls (MADV_DONTNEED). */
    DONTNEED,
    /** When the kernel needs it: cheaper to take into use again, but the resident size does not show it (MADV_FREE). */
    FREE
}
