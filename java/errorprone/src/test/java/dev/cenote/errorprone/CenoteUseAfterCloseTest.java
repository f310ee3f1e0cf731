package dev.cenote.errorprone;

import com.google.errorprone.CompilationTestHelper;
import org.junit.jupiter.api.Test;

/**
 * Programs that use what they gave back, and programs that only look so.
 */
class CenoteUseAfterCloseTest {

    private final CompilationTestHelper compiler =
        CompilationTestHelper.newInstance(CenoteUseAfterClose.class, getClass());

    /** A method's body, with a pool, a block and a flag at hand. */
    private void check(String... body) {
        StringBuilder text = new StringBuilder();
        for (String line : body) {
            text.append(line).append('\n');
        }
        compiler.addSourceLines("Program.java", "import dev.cenote.*;", "import dev.cenote.agrona.BlockBuffer;",
            "import java.nio.ByteBuffer;", "class Program {", "  Object kept;", "  static void use(Object object) {}",
            "  Object run(BlockPool pool, Block block, boolean flag) {", text.toString(), "    return null;", "  }", "}")
            .doTest();
    }

    @Test
    void read_afterClose() {
        check("block.close();", "// BUG: Diagnostic contains: 'block' is used after an earlier statement gave 'block' back",
            "block.getInt(0);");
    }

    @Test
    void write_afterPut() {
        check("pool.put(block);", "use(pool);", "// BUG: Diagnostic contains: gave 'block' back", "block.putInt(0, 1);");
    }

    @Test
    void use_afterPutWithATag() {
        check("pool.put(block, \"auth\");", "// BUG: Diagnostic contains: gave 'block' back", "use(block);");
    }

    @Test
    void use_afterPutByThePoolOfTheThread() {
        check("LocalBlockPool local = pool.local();", "local.put(block);",
            "// BUG: Diagnostic contains: gave 'block' back", "use(block.buffer());");
    }

    @Test
    void put_twice() {
        check("pool.put(block);", "// BUG: Diagnostic contains: gave 'block' back", "pool.put(block);");
    }

    @Test
    void put_thenClose() {
        check("pool.put(block);", "// BUG: Diagnostic contains: gave 'block' back", "block.close();");
    }

    @Test
    void use_insideALaterBranch() {
        check("block.close();", "if (flag) {", "// BUG: Diagnostic contains: gave 'block' back", "  block.getLong(8);", "}");
    }

    @Test
    void use_afterAFinallyThatCloses() {
        check("try {", "  block.putInt(0, 1);", "} finally {", "  block.close();", "}",
            "// BUG: Diagnostic contains: gave 'block' back", "block.getInt(0);");
    }

    @Test
    void use_afterATryOnTheVariable() {
        check("try (block) {", "  block.putInt(0, 1);", "}", "// BUG: Diagnostic contains: gave 'block' back", "use(block);");
    }

    @Test
    void result_isTheBlockThatWasPut() {
        check("pool.put(block);", "if (flag) {", "  // BUG: Diagnostic contains: gave 'block' back", "  return block;", "}");
    }

    @Test
    void view_afterClose() {
        check("ByteBuffer view = block.buffer();", "ByteBuffer part = view.slice(0, 4);", "block.close();",
            "// BUG: Diagnostic contains: 'part' reaches memory of 'block'", "part.putInt(0, 1);");
    }

    @Test
    void buffer_ofAnAdapterAfterTheBlockWasPut() {
        check("BlockBuffer buffer = BlockBuffer.of(block);", "block.close();",
            "// BUG: Diagnostic contains: 'buffer' reaches memory of 'block'", "buffer.putInt(0, 1);");
    }

    @Test
    void buffer_ofAnAdapterAfterItWasClosed() {
        check("BlockBuffer buffer = BlockBuffer.of(block);", "buffer.close();",
            "// BUG: Diagnostic contains: gave 'buffer' back", "buffer.putInt(0, 1);");
    }

    @Test
    void arena_afterClose() {
        check("MemoryArena arena = MemoryArena.confined();", "arena.close();", "use(arena.stats() + arena.name());",
            "// BUG: Diagnostic contains: gave 'arena' back", "arena.allocate(8);");
    }

    @Test
    void piece_ofAnArenaAfterClose() {
        check("MemoryArena arena = MemoryArena.shared();", "ByteBuffer piece = arena.allocateBuffer(64);", "arena.close();",
            "// BUG: Diagnostic contains: 'piece' reaches memory of 'arena'", "piece.put(0, (byte) 1);");
    }

    @Test
    void piece_ofAnArenaAfterReset() {
        check("MemoryArena arena = MemoryArena.shared();", "ByteBuffer piece = arena.allocateBuffer(64);", "arena.reset();",
            "arena.allocate(8);", "// BUG: Diagnostic contains: an earlier statement reset 'arena'",
            "piece.put(0, (byte) 1);", "arena.close();");
    }

    @Test
    void block_ofASizedPoolAfterPut() {
        check("SizedPool sized = SizedPool.builder().build();", "Block piece = sized.get(100);", "sized.put(piece);",
            "// BUG: Diagnostic contains: gave 'piece' back", "piece.putInt(0, 1);");
    }

    @Test
    void closing_inTheEndIsFine() {
        check("block.putInt(0, 1);", "use(block);", "block.close();");
    }

    @Test
    void branch_thatClosesAndLeavesIsFine() {
        check("if (flag) {", "  block.close();", "  return null;", "}", "block.putInt(0, 1);", "block.close();");
    }

    @Test
    void loop_thatTakesANewBlockIsFine() {
        check("for (int i = 0; i < 3; i++) {", "  Block each = pool.get();", "  each.putInt(0, i);", "  each.close();", "}");
    }

    @Test
    void newValue_endsTheWatch() {
        check("block.close();", "block = pool.get();", "block.putInt(0, 1);", "block.close();");
    }

    @Test
    void tellingAbout_aClosedBlockIsFine() {
        check("block.close();", "use(block.toString() + block.pool().name() + block.bytes());", "use(\"put \" + block);",
            "if (block != pool.tryGet()) {", "  use(pool);", "}");
    }

    @Test
    void comparing_inTestsIsFine() {
        check("block.close();", "org.assertj.core.api.Assertions.assertThat(pool.get()).isSameAs(block);",
            "org.assertj.core.api.Assertions.assertThatThrownBy(() -> block.close()).isNotNull();");
    }

    @Test
    void reading_inAnAssertionIsNot() {
        check("block.close();", "// BUG: Diagnostic contains: gave 'block' back",
            "org.assertj.core.api.Assertions.assertThat(block.getInt(0)).isZero();");
    }

    @Test
    void map_thatIsPutIntoIsNoPool() {
        check("java.util.Map<Block, String> names = new java.util.HashMap<>();", "names.put(block, \"mine\");",
            "block.putInt(0, 1);");
    }

    @Test
    void suppressed_isSilent() {
        compiler.addSourceLines("Program.java", "import dev.cenote.*;", "class Program {",
            "  @SuppressWarnings(\"CenoteUseAfterClose\")", "  void run(Block block) {", "    block.close();",
            "    block.close();", "  }", "}").doTest();
    }
}
