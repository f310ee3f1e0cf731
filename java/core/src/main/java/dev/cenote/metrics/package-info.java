/**
 * Pools as management beans. Meters of Micrometer are in their own module; events of the Flight Recorder come by themselves.
 */
@NullMarked
package dev.cenote.metrics;

import org.jspecify.annotations.NullMarked;
