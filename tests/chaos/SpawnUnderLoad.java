import java.util.concurrent.TimeUnit;

/**
 * Starts processes while four threads take, put and trim. Argument: how many. Exit 0 when each one ran and ended well.
 */
public final class SpawnUnderLoad {

    private static final int PATIENCE_SECONDS = 60;

    private SpawnUnderLoad() {
    }

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        Load load = Load.start(4);
        for (int i = 0; i < count; i++) {
            Process process = new ProcessBuilder("/bin/sh", "-c", "exit " + i % 100).inheritIO().start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.out.println("process " + i + " hangs");
                System.exit(1);
            }
            if (process.exitValue() != i % 100) {
                System.out.println("process " + i + " ended with " + process.exitValue());
                System.exit(1);
            }
        }
        if (load.failure() != null) {
            throw new AssertionError("a thread failed", load.failure());
        }
        load.pool().close();
        System.exit(0);
    }
}
