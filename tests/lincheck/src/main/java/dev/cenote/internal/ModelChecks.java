package dev.cenote.internal;

import dev.cenote.RunModel;
import dev.cenote.flow.GenerationModel;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Runs the model checks and prints a line for each; the canary must be found broken, all others must hold.
 * <p>Arguments: iterations and invocations of each, 2 threads with 3 operations.
 */
public final class ModelChecks {

    private static final int CANARY_ITERATIONS = 100;
    private static final int CANARY_INVOCATIONS = 5000;

    private ModelChecks() {
    }

    /**
     * Runs all.
     *
     * @param arguments iterations, invocations
     */
    public static void main(String[] arguments) {
        int iterations = Integer.parseInt(arguments[0]);
        int invocations = Integer.parseInt(arguments[1]);
        boolean good = broken(StackModel.Unstamped.class);
        good &= broken(RunModel.Unsealed.class);
        good &= broken(GenerationModel.EarlyFree.class);
        for (Class<?> model : new Class<?>[] {StackModel.Stamped.class, DepotModel.class, CarveModel.class,
            GenerationModel.Sound.class, RunModel.Sealed.class}) {
            good &= holds(model, iterations, invocations);
        }
        System.exit(good ? 0 : 1);
    }

    private static ModelCheckingOptions options(int iterations, int invocations) {
        return new ModelCheckingOptions().iterations(iterations).invocationsPerIteration(invocations).threads(2)
            .actorsPerThread(3).actorsBefore(0).actorsAfter(2);
    }

    private static boolean holds(Class<?> model, int iterations, int invocations) {
        long began = System.nanoTime();
        try {
            options(iterations, invocations).check(model);
        } catch (AssertionError e) {
            System.out.println("FAILED " + model.getName() + "\n" + e.getMessage());
            return false;
        }
        System.out.printf("ok %s: %d x %d executions, %d s%n", model.getName(), iterations, invocations,
            seconds(began));
        return true;
    }

    private static boolean broken(Class<?> model) {
        long began = System.nanoTime();
        try {
            options(CANARY_ITERATIONS, CANARY_INVOCATIONS).minimizeFailedScenario(false).check(model);
        } catch (AssertionError e) {
            System.out.printf("ok %s: found broken, as it must be, %d s%n", model.getName(), seconds(began));
            return true;
        }
        System.out.println("FAILED " + model.getName() + ": the checker did not notice that it is broken");
        return false;
    }

    private static long seconds(long began) {
        return (System.nanoTime() - began) / 1_000_000_000L;
    }
}
