/**
 * Cenote's memory under Apache Arrow: {@link dev.cenote.arrow.CenoteAllocation} makes allocators, and tells how.
 */
@NullMarked
package dev.cenote.arrow;

import org.jspecify.annotations.NullMarked;
