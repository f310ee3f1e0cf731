/** Where request contexts come from: one class per kind of pool that the experiment compares. */
@NullMarked
package dev.cenote.gateway.pool;

import org.jspecify.annotations.NullMarked;
