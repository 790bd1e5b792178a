/**
 * Temporary directories that leave nothing behind, whichever way their process ends. For every
 * module; knows none of them.
 */
@NullMarked
package io.shardyfusion.temporary;

import org.jspecify.annotations.NullMarked;
