package io.shardyfusion.reader;

import io.shardyfusion.format.ShardEntry;

/**
 * A cursor over rows of one version of a dataset; before the first one when it is made. It stays on
 * its version, and keeps that open until it is closed.
 *
 * <pre>{@code
 * try (RowCursor rows = reader.scan(KeyRange.all().prefix("user:"), ScanOrder.BY_KEY)) {
 *   while (rows.next()) {
 *     use(rows.key(), rows.value());
 *   }
 * }
 * }</pre>
 *
 * <p>For one thread at a time; a mistake there can give mixed rows, but no crash, and {@link
 * #close()} may come from any thread. After it, and after the reader was closed, every other method
 * throws {@link io.shardyfusion.ClosedException}.
 */
public interface RowCursor extends AutoCloseable {

  /**
   * Moves to the next row, if there is one. After the last row it stays there.
   *
   * @return whether it is on a row
   * @throws io.shardyfusion.DataDamagedException if a shard's files are damaged. The cursor goes on
   *     failing then; a scan begun anew may read repaired ones
   * @throws io.shardyfusion.StorageException if a shard was not open yet, and could not be fetched;
   *     the next call tries again
   */
  boolean next();

  /**
   * The key of the row: a {@link Long}, {@link String} or {@code byte[]} by the dataset's key type.
   *
   * @throws io.shardyfusion.InvalidRequestException if the cursor is on no row
   * @throws io.shardyfusion.DataDamagedException if the stored bytes are no key of the dataset's
   *     encoding
   */
  Object key();

  /**
   * The value of the row: a new array.
   *
   * @throws io.shardyfusion.InvalidRequestException if the cursor is on no row
   */
  byte[] value();

  /**
   * The manifest's entry for the shard that holds the row.
   *
   * @throws io.shardyfusion.InvalidRequestException if the cursor is on no row
   */
  ShardEntry shard();

  /** Releases the cursor, and its hold on the version. Idempotent. */
  @Override
  void close();
}
