/** What both gateways tell about their own JVM. */
@NullMarked
package dev.cenote.gateway.meter;

import org.jspecify.annotations.NullMarked;
