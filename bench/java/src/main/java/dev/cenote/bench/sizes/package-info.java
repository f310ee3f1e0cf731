/** The classical workloads of allocators, as drivers of their own after the published descriptions. */
@org.jspecify.annotations.NullMarked
package dev.cenote.bench.sizes;
