package io.shardyfusion.job.input.files;

import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.RunWarning;
import io.shardyfusion.job.input.news.InputRun;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A continuous run that has a record, and the warnings in it. */
record RecordedRun(InputRun input) {

  /** Writes the record of a new run. */
  static RecordedRun of(Path dataset) {
    String id = UUID.randomUUID().toString().replace("-", "");
    InputRun input = new InputRun(dataset.toUri().toString(), StoreOptions.defaults(), id);
    Instant now = Instant.now();
    try (ObjectStore store = ObjectStores.open(input.dataset(), input.store())) {
      new RunRecords(store)
          .write(
              RunRecord.builder()
                  .runId(id)
                  .mode(RunMode.STREAMING)
                  .status(RunRecord.Status.RUNNING)
                  .startedAt(now)
                  .updatedAt(now)
                  .leaseExpiresAt(now.plusSeconds(60))
                  .build());
    }
    return new RecordedRun(input);
  }

  List<RunWarning> warnings() {
    try (ObjectStore store = ObjectStores.open(input.dataset(), input.store())) {
      return new RunRecords(store).warnings(input.runId());
    }
  }

  /** Waits until the record has as many warnings, one that begins with each of these. */
  void awaitWarnings(String... beginnings) {
    Await.until(
        "the record has " + List.of(beginnings),
        Duration.ofSeconds(60),
        () -> {
          List<RunWarning> found = warnings();
          return found.size() == beginnings.length
              && Stream.of(beginnings)
                  .allMatch(b -> found.stream().anyMatch(w -> w.message().startsWith(b)));
        });
  }
}
