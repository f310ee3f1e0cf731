package dev.cenote.errorprone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.CompilationTestHelper;
import com.google.errorprone.annotations.MustBeClosed;
import com.google.errorprone.bugpatterns.MustBeClosedChecker;
import dev.cenote.BlockPool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What Error Prone's own check says about programs that open pools and arenas.
 */
class MustBeClosedTest {

    private final CompilationTestHelper compiler = CompilationTestHelper.newInstance(MustBeClosedChecker.class, getClass());

    private void check(String... members) {
        compiler.addSourceLines("Program.java", "import dev.cenote.*;", "class Program {", String.join("\n", members), "}")
            .doTest();
    }

    @Test
    void poolsAndArenas_thatNobodyClosesAreFound() {
        check("void run() {", "  // BUG: Diagnostic contains: MustBeClosed",
            "  BlockPool pool = BlockPool.builder().blockBytes(64).build();",
            "  SizedPool sized = SizedPool.builder().build();", "  MemoryArena arena = MemoryArena.confined();", "}");
    }

    @Test
    void sizedPool_thatNobodyClosesIsFound() {
        check("void run() {", "  // BUG: Diagnostic contains: MustBeClosed", "  SizedPool.builder().build().get(10);", "}");
    }

    @Test
    void generationalPool_thatNobodyClosesIsFound() {
        check("void run() {", "  // BUG: Diagnostic contains: MustBeClosed",
            "  dev.cenote.flow.GenerationalPool.builder(Object::new).build().get();", "}");
    }

    @Test
    void eachKindOfArena_thatNobodyClosesIsFound() {
        for (String opening : List.of("MemoryArena.confined()", "MemoryArena.shared()", "MemoryArena.perThread()",
                "MemoryArena.builder().build()")) {
            CompilationTestHelper.newInstance(MustBeClosedChecker.class, getClass())
                .addSourceLines("Program.java", "import dev.cenote.*;", "class Program {", "  void run() {",
                    "    // BUG: Diagnostic contains: MustBeClosed", "    " + opening + ".allocate(8);", "  }", "}").doTest();
        }
    }

    @Test
    void tryWithResources_isFine() {
        check("void run() {", "  try (BlockPool pool = BlockPool.builder().blockBytes(64).build();",
            "      MemoryArena arena = MemoryArena.confined(); SizedPool sized = SizedPool.builder().build()) {",
            "    arena.allocate(8);", "  }", "}");
    }

    @Test
    void poolOfAClass_isFine() {
        check("static final BlockPool POOL = BlockPool.builder().blockBytes(64).build();",
            "final BlockPool pool = BlockPool.builder().blockBytes(64).build();");
    }

    @Test
    void automaticArena_needsNoClose() {
        check("void run() {", "  MemoryArena.automatic().allocate(8);", "}");
    }

    @Test
    void block_mayBeHandedOn() {
        check("Block run(BlockPool pool) {", "  Block block = pool.get();", "  block.putInt(0, 1);", "  return block;", "}");
    }

    @Test
    void annotation_isNotThereAtRunTime() throws IOException {
        String name = BlockPool.class.getSimpleName() + "Builder.class";
        try (InputStream in = BlockPool.class.getResourceAsStream(name)) {
            assertThat(in).isNotNull();
            String code = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(code).contains("RuntimeInvisibleAnnotations")
                .contains("L" + MustBeClosed.class.getName().replace('.', '/') + ";");
        }
    }
}
