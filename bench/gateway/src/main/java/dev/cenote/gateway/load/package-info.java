/** The load: documents, and the clients that send them from another process. */
@NullMarked
package dev.cenote.gateway.load;

import org.jspecify.annotations.NullMarked;
