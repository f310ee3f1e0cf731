/**
 * Cenote's memory as Agrona's buffers: {@link dev.cenote.agrona.BlockBuffer} for a block with a wrapper of its own,
 * {@link dev.cenote.agrona.Wrap} for a flyweight that moves from piece to piece.
 */
@NullMarked
package dev.cenote.agrona;

import org.jspecify.annotations.NullMarked;
