package dev.cenote.gateway.report;

import dev.cenote.gateway.memory.MemoryKind;
import dev.cenote.gateway.memory.MemoryKinds;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The colour and the description of each memory kind, the same in every plot and every report. */
final class Palette {
    private final Map<String, MemoryKind> kinds = MemoryKinds.all().stream()
            .collect(Collectors.toMap(MemoryKind::id, Function.identity()));

    String colour(String kind) {
        MemoryKind known = kinds.get(kind);
        return known == null ? "#777777" : known.colour();
    }

    String about(String kind) {
        MemoryKind known = kinds.get(kind);
        return known == null ? "" : known.about();
    }
}
