/**
 * Netty's buffer allocator on Cenote's pools: {@link dev.cenote.netty.CenoteByteBufAllocator}.
 */
@NullMarked
package dev.cenote.netty;

import org.jspecify.annotations.NullMarked;
