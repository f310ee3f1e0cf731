package dev.cenote.gateway.memory;

/** A kind of memory the gateway can run on; found by {@link java.util.ServiceLoader}, so that new kinds only add a class. */
public interface MemoryKind {
    /** The name for {@code --only}, files and tables. */
    String id();

    /** One line: what it is. */
    String about();

    /** Its colour in plots, as {@code #rrggbb}; the same in every report. */
    String colour();

    MessageMemory open(MemorySettings settings);
}
