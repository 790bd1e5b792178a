package io.shardyfusion;

import org.jspecify.annotations.Nullable;

/**
 * The root of every exception that shardyfusion throws on purpose. Unchecked.
 *
 * <p>The subclasses are few, and each tells the caller what to do: {@link InvalidRequestException}:
 * correct the call; {@link NotFoundException}: the asked-for thing is not there; {@link
 * StorageException}: the storage failed, after retries; {@link DataDamagedException}: bytes are not
 * what they should be; {@link ValueDecodeException}: the decoder does not suit a value; {@link
 * ConflictException}: another writer holds the dataset; {@link EmptySnapshotException}: the result
 * is empty, and the dataset is not; {@link LimitExceededException}: ask later or less; {@link
 * ClosedException}: the object was closed.
 *
 * <p>Messages say what was expected, what was found, which object, key or line, and what to do.
 * They never hold credentials, and nothing that cannot be seen ({@link Printable}).
 */
public abstract sealed class ShardyfusionException extends RuntimeException
    permits InvalidRequestException,
        NotFoundException,
        StorageException,
        DataDamagedException,
        ValueDecodeException,
        ConflictException,
        EmptySnapshotException,
        LimitExceededException,
        ClosedException {

  private static final long serialVersionUID = 1L;

  ShardyfusionException(String message, @Nullable Throwable cause) {
    super(Printable.lines(message), cause);
  }
}
