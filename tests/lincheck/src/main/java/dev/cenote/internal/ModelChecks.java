package dev.cenote.internal;

import dev.cenote.RunModel;
import dev.cenote.flow.GenerationModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Runs the model checks and prints a line for each; canaries must be found broken, all others must hold.
 * <p>Arguments: iterations and invocations of each, then the names of the structures to check, all if there are none. 2 threads
 * with 3 operations.
 */
public final class ModelChecks {

    private static final int CANARY_ITERATIONS = 100;
    private static final int CANARY_INVOCATIONS = 5000;
    /** How Lincheck begins its report of results that no order of the operations explains. */
    private static final String WRONG_RESULTS = "Invalid execution results";

    /** What is checked, and the same with a seeded mistake where there is one. */
    private record Check(Class<?> model, Class<?>... canaries) { }

    private static final Map<String, Check> CHECKS = new LinkedHashMap<>();

    static {
        CHECKS.put("stack", new Check(StackModel.Stamped.class, StackModel.Unstamped.class));
        CHECKS.put("depot", new Check(DepotModel.class));
        CHECKS.put("carve", new Check(CarveModel.class));
        CHECKS.put("generation", new Check(GenerationModel.Sound.class, GenerationModel.EarlyFree.class));
        CHECKS.put("run", new Check(RunModel.Sealed.class, RunModel.Unsealed.class));
    }

    private ModelChecks() {
    }

    /**
     * Runs what is named, or all.
     *
     * @param arguments iterations, invocations, names
     */
    public static void main(String[] arguments) {
        int iterations = Integer.parseInt(arguments[0]);
        int invocations = Integer.parseInt(arguments[1]);
        List<String> names = List.of(arguments).subList(2, arguments.length);
        if (!CHECKS.keySet().containsAll(names)) {
            System.err.println("ci/lincheck: --only takes " + String.join(",", CHECKS.keySet()));
            System.exit(2);
        }
        boolean good = true;
        for (String name : names.isEmpty() ? CHECKS.keySet() : names) {
            Check check = CHECKS.get(name);
            for (Class<?> canary : check.canaries) {
                good &= broken(canary);
            }
            good &= holds(check.model, iterations, invocations);
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
            System.out.println("  FAIL  " + model.getName() + "\n" + e.getMessage());
            return false;
        }
        System.out.printf("  ok    %s holds: %d x %d executions, %d s%n", model.getName(), iterations, invocations,
            seconds(began));
        return true;
    }

    private static boolean broken(Class<?> model) {
        long began = System.nanoTime();
        try {
            options(CANARY_ITERATIONS, CANARY_INVOCATIONS).minimizeFailedScenario(false).check(model);
        } catch (AssertionError e) {
            String report = String.valueOf(e.getMessage());
            if (!report.contains(WRONG_RESULTS)) { /* an exception or a hang would say nothing about the checker */
                System.out.println("  FAIL  canary " + model.getName() + " stopped, but not for wrong results\n" + report);
                return false;
            }
            System.out.printf("  ok    canary: %s is found broken, %d s%n", model.getName(), seconds(began));
            return true;
        }
        System.out.println("  FAIL  canary: the checker did not notice that " + model.getName() + " is broken");
        return false;
    }

    private static long seconds(long began) {
        return (System.nanoTime() - began) / 1_000_000_000L;
    }
}
