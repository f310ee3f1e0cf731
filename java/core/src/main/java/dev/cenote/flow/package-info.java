/**
 * Pools whose entries age: a pool's generations, tags and scheduler.
 */
@NullMarked
package dev.cenote.flow;

import org.jspecify.annotations.NullMarked;
