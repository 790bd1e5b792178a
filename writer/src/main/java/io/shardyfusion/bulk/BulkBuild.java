package io.shardyfusion.bulk;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.machine.FileFailure;
import io.shardyfusion.shard.ShardBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds the databases of a range of shards from rows in any order. Rows are {@linkplain #add
 * added}, sorted in bounded memory, and {@linkplain #finish written} shard by shard: of several
 * rows of a key the one with the largest order wins, a winning delete leaves nothing. Every shard
 * of the range is built, empty ones too. Not thread-safe.
 */
public final class BulkBuild implements AutoCloseable {

  /**
   * The number of rows after which a long loop checks whether its thread was interrupted; a power
   * of two.
   */
  private static final int ROWS_PER_CHECK = 1 << 14;

  private final Settings settings;
  private final RowSorter sorter;
  private ByteBuffer winner = ByteBuffer.allocateDirect(64);
  private long written;
  private long duplicates;
  private long deletes;

  /**
   * The shards that a build makes, and the directory that it makes them in.
   *
   * @param firstShard the first shard of the range
   * @param shards the number of shards in the range
   * @param profile of the tables
   * @param keyEncoding of the keys, for messages
   * @param failOnDuplicate whether two rows of a key, with no delete in between, end the build
   * @param directory for spilled rows and databases; exists, and is empty
   */
  public record Settings(
      int firstShard,
      int shards,
      TableProfile profile,
      KeyEncoding keyEncoding,
      boolean failOnDuplicate,
      Path directory) {}

  /**
   * A build.
   *
   * @param pages direct buffers of one size, in which rows are sorted; they belong to the build
   *     until it is closed
   */
  public BulkBuild(Settings settings, List<ByteBuffer> pages) {
    this.settings = settings;
    this.sorter =
        new RowSorter(pages, settings.firstShard(), settings.shards(), settings.directory());
  }

  /**
   * Adds a row; copies what it keeps.
   *
   * @param value the value, or null to delete the key
   * @throws io.shardyfusion.InvalidRequestException if the row alone is larger than the memory
   * @throws StorageException if rows could not be spilled, for example on a full disk
   */
  public void add(int shard, long order, byte[] key, byte @Nullable [] value) {
    sorter.add(shard, order, key, value);
  }

  /** The number of sorted runs that lie on the local disk. */
  public int spilledRuns() {
    return sorter.spilledRuns();
  }

  /**
   * Writes every shard of the range. Nothing can be added after.
   *
   * @param complete takes each shard, with the number of its rows, when all of these have been
   *     added; finishes and closes it, here and now or on a thread of its own, and deletes its
   *     directory in the end
   * @throws DataDamagedException if a key occurs twice and must not
   * @throws StorageException if local files could not be read or written
   */
  public RowCounts finish(ObjLongConsumer<ShardBuilder> complete) {
    try {
      SortedRows rows = sorter.finish();
      boolean more = rows.next();
      for (int shard = settings.firstShard();
          shard < settings.firstShard() + settings.shards();
          shard++) {
        long before = written;
        Path directory =
            settings.directory().resolve(String.format(Locale.ROOT, "shard-%05d", shard));
        ShardBuilder builder = new ShardBuilder(shard, settings.profile(), directory);
        try {
          while (more && rows.shard() == shard) {
            more = writeKey(rows, builder);
          }
        } catch (Throwable e) {
          builder.close();
          throw e;
        }
        complete.accept(builder, written - before);
      }
      return new RowCounts(written, duplicates, deletes);
    } catch (IOException e) {
      throw new StorageException(
          "could not read sorted rows in the local directory "
              + settings.directory()
              + ": "
              + FileFailure.reason(e)
              + "; nothing was announced",
          e);
    }
  }

  /**
   * Writes the first row of a key, the latest, and passes over the others; false at the end of all
   * rows.
   */
  private boolean writeKey(SortedRows rows, ShardBuilder builder) throws IOException {
    RowView row = rows.row();
    boolean upsert = !row.isDelete();
    if (upsert) {
      builder.add(row.key(), row.value());
      checkInterrupt(++written);
    } else {
      checkInterrupt(++deletes);
    }
    int shard = rows.shard();
    long prefix = rows.prefix();
    remember(row.key());
    boolean more = rows.next();
    while (more
        && rows.prefix() == prefix
        && rows.shard() == shard
        && winner.equals(rows.row().key())) {
      boolean olderUpsert = !rows.row().isDelete();
      if (!olderUpsert) {
        checkInterrupt(++deletes);
      } else if (upsert) {
        checkInterrupt(++duplicates);
        if (settings.failOnDuplicate()) {
          throw duplicate();
        }
      }
      upsert = olderUpsert;
      more = rows.next();
    }
    return more;
  }

  private void remember(ByteBuffer key) {
    if (winner.capacity() < key.remaining()) {
      winner = ByteBuffer.allocateDirect(2 * key.remaining());
    }
    winner.clear().put(key).flip();
  }

  private DataDamagedException duplicate() {
    byte[] key = new byte[winner.remaining()];
    winner.get(key);
    return new DataDamagedException(
        "the key "
            + settings.keyEncoding().decode(key)
            + " occurs more than once in the input, and duplicates are set to fail; nothing was announced; "
            + "correct the input, or choose duplicates(LAST)");
  }

  private void checkInterrupt(long rows) {
    if ((rows & (ROWS_PER_CHECK - 1)) == 0 && Thread.currentThread().isInterrupted()) {
      throw new StorageException("the build was interrupted; nothing was announced", null);
    }
  }

  /**
   * Closes open files and deletes spilled rows; built databases are left to whoever took them.
   * Idempotent.
   */
  @Override
  public void close() {
    sorter.close();
  }
}
