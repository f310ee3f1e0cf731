/** Tests of the real native library in several class loaders, and of its loading in other JVMs. */
@NullMarked
package dev.cenote.loading;

import org.jspecify.annotations.NullMarked;
