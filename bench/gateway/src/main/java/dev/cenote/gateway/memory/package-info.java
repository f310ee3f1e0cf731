/** The memory a message lies in: one small interface, one implementation per memory kind. */
@NullMarked
package dev.cenote.gateway.memory;

import org.jspecify.annotations.NullMarked;
