/** Regions: many pieces of mixed size, all freed at once; ours and what a user would take instead. */
@NullMarked
package dev.cenote.bench.region;

import org.jspecify.annotations.NullMarked;
