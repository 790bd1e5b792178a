package io.shardyfusion.store;

/**
 * The identity of one content of an object to its store, such as an S3 ETag. Opaque: it is only
 * compared and sent back.
 *
 * @param value the text as the store gave it
 */
public record ObjectTag(String value) {}
