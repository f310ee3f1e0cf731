/** One experiment: server processes started, loaded, watched and judged, kind by kind. */
@NullMarked
package dev.cenote.gateway.run;

import org.jspecify.annotations.NullMarked;
