package io.shardyfusion.job.input.files.listing;

import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file or a directory, as its filesystem described it, links followed.
 *
 * @param path its absolute path with its scheme
 * @param isDirectory whether it is a directory
 * @param length its size as stored, in bytes
 * @param modificationTime when it was last changed, in milliseconds since the epoch; compared by
 *     {@link FileTree#isSameTime}
 * @param identity the same for all paths of a directory, however linked; null where the filesystem
 *     has no links
 */
public record FileEntry(
    Path path,
    boolean isDirectory,
    long length,
    long modificationTime,
    @Nullable Object identity) {}
