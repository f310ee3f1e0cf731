import dev.cenote.BlockPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the JVM while four threads take, put and trim in native code. Argument: a number that chooses the way and the moment.
 * <p>Exit 37, whatever the way: System.exit, with a shutdown hook that closes the pool, while the pool is being closed, or
 * halt.
 */
public final class ExitUnderLoad {

    private static final int CODE = 37;

    private ExitUnderLoad() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        int number = Integer.parseInt(arguments[0]);
        Load load = Load.start(4);
        BlockPool pool = load.pool();
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(number * 997 % 20_000));
        if (load.failure() != null) {
            throw new AssertionError("a thread failed before the end", load.failure());
        }
        switch (number % 4) {
            case 0 -> System.exit(CODE);
            case 1 -> {
                Runtime.getRuntime().addShutdownHook(new Thread(pool::close));
                System.exit(CODE);
            }
            case 2 -> {
                Thread closer = new Thread(pool::close);
                closer.setDaemon(true);
                closer.start();
                System.exit(CODE);
            }
            default -> Runtime.getRuntime().halt(CODE);
        }
    }
}
