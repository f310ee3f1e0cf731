/** The gateway itself: takes messages over HTTP, hands them downstream, answers, holds, releases. */
@NullMarked
package dev.cenote.gateway.server;

import org.jspecify.annotations.NullMarked;
