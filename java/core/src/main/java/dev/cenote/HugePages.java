package dev.cenote;

/**
 * Whether a pool asks the kernel for transparent huge pages (2 MiB on x86-64).
 */
public enum HugePages {
    /** Ask; where the kernel has none to give, ordinary pages serve. First use of memory is about ten times cheaper. */
    ADVISE,
    /** Do not ask. */
    OFF
}
