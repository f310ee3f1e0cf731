/**
 * What pools stand on: the backends behind one interface, and their bookkeeping. Not exported.
 */
@NullMarked
package dev.cenote.internal;

import org.jspecify.annotations.NullMarked;
