package io.shardyfusion.store;

/**
 * An object that was read whole. The array is not copied: whoever holds this owns it.
 *
 * @param content the bytes
 * @param tag identifies this content, for a later conditional read or write
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredObject(byte[] content, ObjectTag tag) {}
