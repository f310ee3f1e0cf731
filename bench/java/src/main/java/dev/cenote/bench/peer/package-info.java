/** What is measured: one class per way to get off-heap memory, each as its documentation says to use it. */
@org.jspecify.annotations.NullMarked
package dev.cenote.bench.peer;
