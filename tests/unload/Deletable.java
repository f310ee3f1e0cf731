import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Copies an ELF library without its DF_1_NODELETE flag, as if it were linked without {@code -z nodelete}.
 * <p>Arguments: from, to. Exit 1 when the flag is not there to be taken away.
 */
public final class Deletable {

    private static final int PT_DYNAMIC = 2;
    private static final long DT_NULL = 0;
    private static final long DT_FLAGS_1 = 0x6ffffffbL;
    private static final long DF_1_NODELETE = 0x8;
    private static final int DYNAMIC_ENTRY = 16;

    private Deletable() {
    }

    public static void main(String[] arguments) throws Exception {
        ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(Path.of(arguments[0]))).order(ByteOrder.LITTLE_ENDIAN);
        int headers = (int) elf.getLong(32); /* e_phoff, then e_phentsize and e_phnum: System V ABI, ELF-64 header */
        int headerBytes = elf.getShort(54);
        int count = elf.getShort(56);
        boolean cleared = false;
        for (int i = 0; i < count; i++) {
            int header = headers + i * headerBytes;
            if (elf.getInt(header) != PT_DYNAMIC) {
                continue;
            }
            for (int at = (int) elf.getLong(header + 8); elf.getLong(at) != DT_NULL; at += DYNAMIC_ENTRY) {
                long flags = elf.getLong(at + 8);
                if (elf.getLong(at) == DT_FLAGS_1 && (flags & DF_1_NODELETE) != 0) {
                    elf.putLong(at + 8, flags & ~DF_1_NODELETE);
                    cleared = true;
                }
            }
        }
        if (!cleared) {
            System.err.println(arguments[0] + " has no DF_1_NODELETE");
            System.exit(1);
        }
        Files.write(Path.of(arguments[1]), elf.array());
    }
}
