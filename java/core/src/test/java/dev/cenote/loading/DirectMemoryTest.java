package dev.cenote.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.binding.NativeMemory;
import org.junit.jupiter.api.Test;

/** The binding's classes for later JDKs are found on those JDKs, from its jar or its folder. */
class DirectMemoryTest {

    @Test
    void memory_isDirectFromJdk22On() {
        assertThat(NativeMemory.DIRECT).isEqualTo(Runtime.version().feature() >= 22);
    }
}
