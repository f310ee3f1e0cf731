package dev.cenote.netty.published;

import dev.cenote.netty.CenoteByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.util.Map;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.matcher.ElementMatchers;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes our allocator what Netty's own test classes get from {@code ByteBufAllocator.DEFAULT} and from {@code Unpooled}, in
 * the Surefire executions that run those classes ({@code -Dcenote.test.published=true}); elsewhere it does nothing.
 * <p>Netty has no switch for that: the two constants are replaced at the end of their classes' initialisers. Users cannot and
 * should not do this; see docs/netty.md. Tests about Netty's implementation are left out one by one, with the reason.
 */
public final class DefaultSwap implements ExecutionCondition {

    private static final boolean ACTIVE = Boolean.getBoolean("cenote.test.published");

    private static final String UNPOOLED_HAS_NO_ROOM =
        "unpooled buffers have no room beyond their capacity; Netty's test of its pooled buffers expects it, as ours have it";

    private static final String DETECTOR = "about Netty's leak detector, which is off here: LeakTest has it watch ours";

    /** Class and method, and why it says nothing about our buffers. */
    private static final Map<String, String> EXCLUDED = Map.of(
        "BigEndianHeapByteBufTest.testMaxFastWritableBytes", UNPOOLED_HAS_NO_ROOM,
        "LittleEndianHeapByteBufTest.testMaxFastWritableBytes", UNPOOLED_HAS_NO_ROOM,
        "SimpleLeakAwareByteBufTest.testMaxFastWritableBytes", UNPOOLED_HAS_NO_ROOM,
        "AdvancedLeakAwareByteBufTest.testMaxFastWritableBytes", UNPOOLED_HAS_NO_ROOM,
        "SimpleLeakAwareByteBufTest.mustAddStackTraceForOriginalCloseMethodOnDoubleFree", DETECTOR,
        "AdvancedLeakAwareByteBufTest.mustAddStackTraceForOriginalCloseMethodOnDoubleFree", DETECTOR,
        "HttpContentCompressorTest.testDetermineEncoding", "wants the Brotli library",
        "ByteBufUtilTest.testGetBytesHeapWithNonZeroArrayOffset",
        "wants an array as long as the capacity; arrays of pooled buffers are longer, Netty's too",
        "ByteBufStreamTest.testReadLine",
        "reads from a stream whose buffer it has released; that a pooled object serves the next owner by then is documented");

    static {
        if (ACTIVE) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); /* the suites cast what Unpooled gives */
            swap();
        }
    }

    private static void swap() {
        new AgentBuilder.Default()
            .disableClassFormatChanges()
            .ignore(ElementMatchers.none())
            .type(ElementMatchers.named("io.netty.buffer.ByteBufUtil"))
            .transform((builder, type, loader, module, domain) ->
                builder.visit(Advice.to(Default.class).on(ElementMatchers.isTypeInitializer())))
            .type(ElementMatchers.namedOneOf("io.netty.buffer.Unpooled", "io.netty.buffer.AbstractCompositeByteBufTest"))
            .transform((builder, type, loader, module, domain) ->
                builder.visit(Advice.to(Alloc.class).on(ElementMatchers.isTypeInitializer())))
            .installOn(ByteBuddyAgent.install());
        ByteBuf unpooled = Unpooled.buffer(1);
        unpooled.release();
        if (!(ByteBufAllocator.DEFAULT instanceof CenoteByteBufAllocator) || unpooled.alloc() != ByteBufAllocator.DEFAULT) {
            throw new IllegalStateException("Netty still allocates by " + ByteBufAllocator.DEFAULT + " and " + unpooled.alloc());
        }
    }

    /** The end of the initialiser of {@code ByteBufUtil}. */
    private static final class Default {
        @Advice.OnMethodExit
        static void swap(@Advice.FieldValue(value = "DEFAULT_ALLOCATOR", readOnly = false) ByteBufAllocator allocator) {
            allocator = Ours.ALLOCATOR;
        }
    }

    /** The end of the initialisers of classes that keep an allocator as {@code ALLOC}. */
    private static final class Alloc {
        @Advice.OnMethodExit
        static void swap(@Advice.FieldValue(value = "ALLOC", readOnly = false) ByteBufAllocator allocator) {
            allocator = Ours.ALLOCATOR;
        }
    }

    /** What is put in their place; public, for it is reached from Netty's classes. */
    public static final class Ours {
        public static final ByteBufAllocator ALLOCATOR = Sort.builder().name("published default").build();

        private Ours() {
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (!ACTIVE || context.getTestMethod().isEmpty()) {
            return ConditionEvaluationResult.enabled("not about Netty's own classes");
        }
        String name = context.getRequiredTestClass().getSimpleName() + '.' + context.getRequiredTestMethod().getName();
        String reason = EXCLUDED.get(name);
        return reason == null ? ConditionEvaluationResult.enabled(name) : ConditionEvaluationResult.disabled(reason);
    }
}
