/** Block pools measured side by side with what a user would pick instead; {@code ci/bench blocks} runs it. */
@org.jspecify.annotations.NullMarked
package dev.cenote.bench;
