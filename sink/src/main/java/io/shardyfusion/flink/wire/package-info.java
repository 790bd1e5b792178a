/**
 * The records that operators send each other, and their serializers. They are transient: no
 * savepoint holds them, and they need no compatibility between releases.
 */
@NullMarked
package io.shardyfusion.flink.wire;

import org.jspecify.annotations.NullMarked;
