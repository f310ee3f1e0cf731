package dev.cenote.gateway.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds the memory kinds on the class path, in the order in which they are declared. */
public final class MemoryKinds {
    private MemoryKinds() {
    }

    public static List<MemoryKind> all() {
        List<MemoryKind> kinds = new ArrayList<>();
        ServiceLoader.load(MemoryKind.class).forEach(kinds::add);
        return kinds;
    }

    /** @throws IllegalArgumentException naming the kinds there are */
    public static MemoryKind of(String id) {
        List<MemoryKind> kinds = all();
        for (MemoryKind kind : kinds) {
            if (kind.id().equals(id)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no memory kind '" + id + "'; there are "
                + kinds.stream().map(MemoryKind::id).collect(Collectors.joining(", ")));
    }
}
