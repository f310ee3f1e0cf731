/** The experiment on generational pools: the same gateway and load over one kind of pool after the other. */
@NullMarked
package dev.cenote.gateway.experiment;

import org.jspecify.annotations.NullMarked;
