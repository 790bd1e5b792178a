/**
 * The schemas of values: how a text becomes a {@link io.shardyfusion.format.ValueSchema}, and
 * whether one schema reads what was written by another. JSON Schema is here; Avro comes as a
 * service, from a module of its own ({@link io.shardyfusion.schema.SchemaLanguage}). Everyone may
 * come in.
 */
@NullMarked
package io.shardyfusion.schema;

import org.jspecify.annotations.NullMarked;
