/** The embeddable reader. */
@NullMarked
package io.shardyfusion.reader;

import org.jspecify.annotations.NullMarked;
