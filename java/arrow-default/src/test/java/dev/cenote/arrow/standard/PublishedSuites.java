package dev.cenote.arrow.standard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.SizedPool;
import dev.cenote.arrow.CenoteAllocation;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Watches over Arrow's own test classes, which Surefire runs here from the jars that Arrow publishes: they must run on our
 * memory, and give all of it back. Tests that are about something else are left out one by one, with the reason.
 */
public final class PublishedSuites implements BeforeAllCallback, AfterAllCallback, ExecutionCondition {

    private static final String CAPACITY =
        "fails with Arrow's own Unsafe manager just so: the capacities it expects are those of another limit for a vector";

    /** Class and method, and why it says nothing about our memory. */
    private static final Map<String, String> EXCLUDED = Map.of(
        "TestOpens.testMemoryUtilFailsLoudly", "wants a JVM without the --add-opens that all of Arrow needs",
        "TestJSONFile.testSetStructLength", "opens a file of Arrow's source tree, not of the jar",
        "TestValueVector.testFixedType2", CAPACITY,
        "TestValueVector.testFixedType3", CAPACITY,
        "TestValueVector.testFixedType4", CAPACITY,
        "TestValueVector.testFixedFloat2", CAPACITY,
        "TestValueVector.testFixedFloat2WithPossibleTruncate", CAPACITY);

    /** Bytes that classes leave behind: the first two leak to see what Arrow says, the others do not close all they open. */
    private static final Map<String, Long> LEFT_BEHIND = Map.of(
        "TestArrowBuf", 64L,
        "TestBaseAllocator", 1024L,
        "TestPromotableWriter", 64L,
        "TestComplexWriter", 1280L);

    private static long usedBefore;

    private static boolean isArrows(ExtensionContext context) {
        return context.getRequiredTestClass().getName().startsWith("org.apache.arrow.");
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        SizedPool pool = CenoteAllocation.shared().pool();
        usedBefore = pool.stats().bytesInUse();
        try (RootAllocator root = new RootAllocator(); ArrowBuf buffer = root.buffer(64)) {
            assertThat(pool.stats().bytesInUse()).as("a default buffer lies in our pool").isEqualTo(usedBefore + buffer.capacity());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (isArrows(context)) {
            long left = CenoteAllocation.shared().pool().stats().bytesInUse() - usedBefore;
            assertThat(left).as("bytes still taken")
                .isEqualTo(LEFT_BEHIND.getOrDefault(context.getRequiredTestClass().getSimpleName(), 0L));
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isEmpty() || !isArrows(context)) {
            return ConditionEvaluationResult.enabled("not a test of Arrow's");
        }
        String name = context.getRequiredTestClass().getSimpleName() + '.' + context.getRequiredTestMethod().getName();
        String reason = EXCLUDED.get(name);
        return reason == null ? ConditionEvaluationResult.enabled(name) : ConditionEvaluationResult.disabled(reason);
    }
}
