/** The sink and the operators of the Flink job. */
@NullMarked
package io.shardyfusion.flink;

import org.jspecify.annotations.NullMarked;
