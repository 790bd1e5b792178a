package io.shardyfusion.reader;

import io.shardyfusion.reader.cache.CacheLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A process that ends without closing its reader: {@code URI CACHE}. */
final class ForgottenReader {

  private ForgottenReader() {}

  /** Has every kind of thread that a reader may have, a view and a cursor. */
  public static void main(String[] args) {
    ShardedReader reader =
        ShardedReader.open(
            ReaderOptions.builder(args[0])
                .cacheDirectory(Path.of(args[1]))
                .refreshInterval(Duration.ofMillis(1))
                .cache(CacheLimits.defaults().withScrubInterval(Duration.ofMillis(1)))
                .listener(new ReaderListener() {})
                .build());
    reader.prefetch();
    reader.refresh();
    SnapshotView view = reader.view();
    RowCursor cursor = view.scan(KeyRange.all(), ScanOrder.BY_KEY);
    System.out.println(
        cursor.next()
                && reader.getAsync(1L).join() != null
                && reader.multiGet(List.of(1L)).size() == 1
            ? "served"
            : "not served");
  }
}
