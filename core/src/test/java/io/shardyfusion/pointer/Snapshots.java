package io.shardyfusion.pointer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.format.Layout;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;

/** Snapshots to announce: the one of a number has that many rows and a hundred. */
final class Snapshots {

  static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  static final String RUN = "1".repeat(32);
  static final String MINE = "a".repeat(32);
  static final String OTHER = "b".repeat(32);
  static final Predecessor NONE = new Predecessor.None();
  static final Predecessor ANY = new Predecessor.Any();

  private Snapshots() {}

  static Predecessor after(int id) {
    return new Predecessor.Version(ref(id));
  }

  static ManifestRef ref(int id) {
    String name = String.format(Locale.ROOT, "%032x", id);
    return new ManifestRef(
        Layout.manifest(NOW.plus(Duration.ofSeconds(id)), name), Sha256.of(name.getBytes(UTF_8)));
  }

  static Announcement snapshot(int id, String lineage, Predecessor predecessor) {
    return snapshot(id, new Announcement.Size(100 + id, false, 1000 + id), lineage, predecessor);
  }

  static Announcement empty(int id, String lineage, Predecessor predecessor) {
    return snapshot(id, new Announcement.Size(0, true, 0), lineage, predecessor);
  }

  private static Announcement snapshot(
      int id, Announcement.Size size, String lineage, Predecessor predecessor) {
    return new Announcement(ref(id), RUN, size, lineage, id, predecessor);
  }
}
