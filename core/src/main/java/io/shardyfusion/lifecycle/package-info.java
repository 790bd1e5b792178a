/**
 * Beginnings and ends that every module has: threads that are made and ended, resources that are
 * closed so that no failure hides another.
 */
@NullMarked
package io.shardyfusion.lifecycle;

import org.jspecify.annotations.NullMarked;
