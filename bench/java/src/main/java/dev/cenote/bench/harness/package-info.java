/** What runs in the measured JVM: JMH benchmarks, and own loops where JMH has no fitting shape. */
@org.jspecify.annotations.NullMarked
package dev.cenote.bench.harness;
