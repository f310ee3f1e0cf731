/**
 * The name by which Arrow finds its default allocation manager.
 */
@NullMarked
package org.apache.arrow.memory.unsafe;

import org.jspecify.annotations.NullMarked;
