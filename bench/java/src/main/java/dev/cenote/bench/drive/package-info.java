/** What runs around the measured JVMs: plan, start, collect, compare, report. */
@org.jspecify.annotations.NullMarked
package dev.cenote.bench.drive;
