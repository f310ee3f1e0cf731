/** The library for Linux on x86-64, offered to the loader as a service. */
@NullMarked
package dev.cenote.natives.linux.x86_64;

import org.jspecify.annotations.NullMarked;
