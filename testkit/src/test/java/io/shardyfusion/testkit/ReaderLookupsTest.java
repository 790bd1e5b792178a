package io.shardyfusion.testkit;

import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.Lookups;
import io.shardyfusion.reader.ShardedReader;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** The reader keeps the promises of lookups. */
final class ReaderLookupsTest extends LookupsContract {

  private TestDataset dataset;
  private ShardedReader reader;

  @Override
  Lookups lookups(KeyEncoding encoding, Map<?, byte[]> rows) {
    dataset = TestDataset.create(options -> options.shards(SHARDS).keyEncoding(encoding));
    dataset.publish(rows);
    reader = dataset.reader();
    return reader;
  }

  @Override
  void replace(Map<?, byte[]> rows) {
    dataset.publish(rows);
    reader.refresh();
  }

  @AfterEach
  void close() {
    if (dataset != null) {
      dataset.close();
    }
  }
}
