/**
 * Checks for Error Prone that find memory of Cenote used where it may be gone: {@link dev.cenote.errorprone.CenoteScopeEscape}
 * and {@link dev.cenote.errorprone.CenoteUseAfterClose}. {@link dev.cenote.errorprone.Memory} tells what counts as memory.
 */
@NullMarked
package dev.cenote.errorprone;

import org.jspecify.annotations.NullMarked;
