package io.shardyfusion.job.input.files.listing;

import java.io.Serializable;
import org.apache.flink.core.fs.Path;

/**
 * One file of the input.
 *
 * @param path its absolute path with its scheme
 * @param length its size as stored, in bytes, when it was listed
 * @param modificationTime when it was last changed, in milliseconds since the epoch, as its
 *     filesystem says
 */
public record InputFile(Path path, long length, long modificationTime) implements Serializable {

  private static final long serialVersionUID = 1L;
}
