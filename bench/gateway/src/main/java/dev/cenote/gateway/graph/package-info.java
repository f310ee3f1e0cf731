/** A gateway whose requests are graphs of heap objects: what the experiment on generational pools loads. */
@NullMarked
package dev.cenote.gateway.graph;

import org.jspecify.annotations.NullMarked;
