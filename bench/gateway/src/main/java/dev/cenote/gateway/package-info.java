/** The main job of the project: a message gateway under real HTTP load, once per memory kind. */
@NullMarked
package dev.cenote.gateway;

import org.jspecify.annotations.NullMarked;
