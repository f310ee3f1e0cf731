/**
 * Binds pools of Cenote to a Micrometer registry, and through it to Prometheus, OpenTelemetry and others.
 */
@NullMarked
package dev.cenote.micrometer;

import org.jspecify.annotations.NullMarked;
