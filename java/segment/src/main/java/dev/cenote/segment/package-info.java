/**
 * Cenote's memory as {@code java.lang.foreign} segments, allocators and arenas, without copying.
 */
@NullMarked
package dev.cenote.segment;

import org.jspecify.annotations.NullMarked;
