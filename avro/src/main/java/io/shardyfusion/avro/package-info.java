/**
 * Values in Apache Avro's binary encoding: {@link io.shardyfusion.avro.AvroValueDecoder} for those
 * who read, and the check of a changed schema for those who write. Everyone may come in.
 */
@NullMarked
package io.shardyfusion.avro;

import org.jspecify.annotations.NullMarked;
