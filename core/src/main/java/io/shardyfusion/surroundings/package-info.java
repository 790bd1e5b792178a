/**
 * The surroundings of a process, made safe to use: text that the Java platform decoded by the
 * locale, and the user's home. For the modules of this project; everything is thread-safe.
 */
@NullMarked
package io.shardyfusion.surroundings;

import org.jspecify.annotations.NullMarked;
