package dev.cenote.errorprone;

import com.google.errorprone.CompilationTestHelper;
import org.junit.jupiter.api.Test;

/**
 * Programs whose memory leaves its scope, and programs that only look so.
 */
class CenoteScopeEscapeTest {

    private final CompilationTestHelper compiler =
        CompilationTestHelper.newInstance(CenoteScopeEscape.class, getClass());

    /** A method's body, with a pool, fields and an executor at hand. */
    private void check(String... body) {
        StringBuilder text = new StringBuilder();
        for (String line : body) {
            text.append(line).append('\n');
        }
        compiler.addSourceLines("Program.java", "import dev.cenote.*;", "import dev.cenote.agrona.BlockBuffer;",
            "import java.nio.ByteBuffer;", "import java.util.*;", "import java.util.concurrent.*;", "class Program {",
            "  Block kept;", "  ByteBuffer keptView;", "  long keptAddress;", "  Runnable keptTask;", "  Block[] array = {null};",
            "  final List<Object> list = new ArrayList<>();", "  static void use(Object object) {}",
            "  Object run(BlockPool pool, ExecutorService executor, Queue<ByteBuffer> queue) throws Exception {",
            "    if (pool != null) {", text.toString(), "    }", "    return null;", "  }", "}").doTest();
    }

    @Test
    void block_returned() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: its memory is returned", "  return block;", "}");
    }

    @Test
    void view_returned() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: 'block' is closed at the end",
            "  return block.buffer();", "}");
    }

    @Test
    void view_ofAViewReturnedByWayOfVariables() {
        check("try (Block block = pool.get()) {", "  ByteBuffer view = block.buffer().duplicate();",
            "  ByteBuffer part = (ByteBuffer) view.slice();", "  // BUG: Diagnostic contains: its memory is returned",
            "  return part;", "}");
    }

    @Test
    void address_returned() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: its memory is returned",
            "  return block.address() + 8;", "}");
    }

    @Test
    void choice_returned() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: its memory is returned",
            "  return queue == null ? null : block.buffer();", "}");
    }

    @Test
    void block_storedInAField() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: stored in 'kept'", "  kept = block;", "}");
    }

    @Test
    void view_storedInAFieldOfThis() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: stored in 'this.keptView'",
            "  this.keptView = block.buffer().asReadOnlyBuffer();", "}");
    }

    @Test
    void address_storedInAField() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: stored in 'keptAddress'",
            "  keptAddress = block.address();", "}");
    }

    @Test
    void block_storedInAnArray() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: stored in 'array[0]'", "  array[0] = block;",
            "}");
    }

    @Test
    void view_storedInAnOuterVariable() {
        check("ByteBuffer outer;", "try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: stored in 'outer'",
            "  outer = block.buffer();", "}", "use(outer);");
    }

    @Test
    void view_storedInACollection() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: stored in 'queue'",
            "  queue.offer(block.buffer());", "  // BUG: Diagnostic contains: stored in 'list'", "  list.add(block);", "}");
    }

    @Test
    void buffer_ofAnAdapterReturned() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: its memory is returned",
            "  return BlockBuffer.of(block);", "}");
    }

    @Test
    void arena_andItsPiecesReturnedOrStored() {
        check("try (MemoryArena arena = MemoryArena.confined()) {", "  // BUG: Diagnostic contains: stored in 'keptView'",
            "  keptView = arena.allocateBuffer(64);", "  // BUG: Diagnostic contains: stored in 'list'", "  list.add(arena);",
            "  // BUG: Diagnostic contains: its memory is returned", "  return arena.allocate(64, 64);", "}");
    }

    @Test
    void task_thatCapturesTheBlockStored() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: stored in 'keptTask'",
            "  keptTask = () -> block.putInt(0, 1);", "}");
    }

    @Test
    void task_thatNobodyWaitsFor() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: another thread uses its memory",
            "  executor.execute(() -> block.putInt(0, 1));", "}");
    }

    @Test
    void thread_thatNobodyWaitsFor() {
        check("try (Block block = pool.get()) {", "  // BUG: Diagnostic contains: another thread uses its memory",
            "  new Thread(() -> block.putInt(0, 1)).start();", "}");
    }

    @Test
    void task_thatIsWaitedForIsFine() {
        check("try (Block block = pool.get()) {", "  executor.submit(() -> block.putInt(0, 1)).get();", "}",
            "try (Block block = pool.get()) {", "  Thread thread = new Thread(() -> block.putInt(0, 1));", "  thread.start();",
            "  thread.join();", "}");
    }

    @Test
    void ownerThatOneDidNotOpenHere_isFine() {
        check("Block block = pool.get();", "kept = block;", "keptView = block.buffer();");
    }

    @Test
    void value_readFromTheBlockIsFine() {
        check("try (Block block = pool.get()) {", "  keptAddress = block.getLong(0);", "  list.add(block.getInt(0));",
            "  return block.buffer().get(0);", "}");
    }

    @Test
    void copy_ofTheBytesIsFine() {
        check("try (Block block = pool.get()) {", "  byte[] copy = new byte[block.bytes()];", "  block.buffer().get(0, copy);",
            "  keptView = ByteBuffer.wrap(copy);", "  return ByteBuffer.allocate(64).put(0, block.buffer(), 0, 64);", "}");
    }

    @Test
    void innerVariables_areFine() {
        check("try (Block block = pool.get()) {", "  ByteBuffer view = null;", "  view = block.buffer();",
            "  List<ByteBuffer> views = new ArrayList<>();", "  views.add(view);", "  Runnable task = () -> block.getInt(0);",
            "  task.run();", "}");
    }

    @Test
    void lambda_thatReturnsAViewInsideIsFine() {
        check("try (Block block = pool.get()) {", "  Callable<ByteBuffer> view = () -> { return block.buffer(); };",
            "  view.call().putInt(0, 1);", "}");
    }

    @Test
    void otherResources_areNotOurs() {
        check("try (java.io.InputStream stream = new java.io.ByteArrayInputStream(new byte[1])) {", "  return stream;", "}");
    }

    @Test
    void suppressed_isSilent() {
        compiler.addSourceLines("Program.java", "import dev.cenote.*;", "class Program {",
            "  @SuppressWarnings(\"CenoteScopeEscape\")", "  Object run(BlockPool pool) {",
            "    try (Block block = pool.get()) {", "      return block;", "    }", "  }", "}").doTest();
    }
}
