package io.shardyfusion.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardyfusion.StorageException;
import io.shardyfusion.reader.Lookups;
import io.shardyfusion.reader.ShardedReader;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestDatasetExtension.class)
class CatalogueTest {

  /** What is tested: it takes lookups, and does not care whose they are. */
  record Catalogue(Lookups lookups) {

    String name(long city) {
      byte[] name = lookups.get(city);
      return name == null ? "unknown" : new String(name, UTF_8);
    }
  }

  @Test
  void namesAreFound() {
    InMemoryLookups lookups = InMemoryLookups.of(Map.of(2988507L, "Paris".getBytes(UTF_8)));
    Catalogue catalogue = new Catalogue(lookups);

    assertEquals("Paris", catalogue.name(2988507));
    assertEquals("unknown", catalogue.name(1));

    lookups.fail(new StorageException("the store is down"));
    assertThrows(StorageException.class, () -> catalogue.name(2988507));
  }

  @Test
  void aNewVersionIsServedAndTheLastOneWhereTheStoreIsDown(TestDataset cities) {
    cities.publish(Map.of(2988507L, "Lutetia".getBytes(UTF_8)));
    ShardedReader reader = cities.reader();
    Catalogue catalogue = new Catalogue(reader);

    cities.publish(Map.of(2988507L, "Paris".getBytes(UTF_8)));
    reader.refresh();
    assertEquals("Paris", catalogue.name(2988507));

    cities.goStale();
    assertThrows(StorageException.class, reader::refresh);
    assertEquals("Paris", catalogue.name(2988507));
    cities.recover();
  }
}
