/**
 * How Java reaches the C ABI of Cenote: the calls, and the loader that finds, checks and loads the library.
 * Exported to {@code dev.cenote.core} only; nothing here is API for users.
 */
@NullMarked
package dev.cenote.binding;

import org.jspecify.annotations.NullMarked;
