import dev.cenote.BlockPool;
import java.util.concurrent.TimeUnit;

/**
 * Four threads take, put, grow and trim while something of real-time priority keeps their processors for itself, which the
 * script that starts this sees to. Argument: seconds. Exit 0 when no thread failed and the pool takes all back.
 */
public final class Starved {

    private Starved() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        Load load = Load.start(4);
        System.out.println("loaded");
        System.out.flush();
        TimeUnit.SECONDS.sleep(Long.parseLong(arguments[0]));
        if (load.failure() != null) {
            throw new AssertionError("a thread failed", load.failure());
        }
        BlockPool pool = load.pool();
        pool.close(); /* the threads put back what they hold when they find it closed */
        for (int i = 0; pool.stats().blocksInUse() > 0 && i < 600; i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        if (load.failure() != null || pool.stats().blocksInUse() != 0) {
            throw new AssertionError("blocks stay out: " + pool.stats(), load.failure());
        }
        System.exit(0);
    }
}
