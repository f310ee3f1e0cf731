/**
 * Pools of off-heap memory: {@link dev.cenote.BlockPool} and what belongs to it.
 */
@NullMarked
package dev.cenote;

import org.jspecify.annotations.NullMarked;
