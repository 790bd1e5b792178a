package io.shardyfusion.format;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The owner of every key in a dataset: nobody else makes or takes one apart. Keys are relative to
 * the dataset's root.
 *
 * <pre>
 * _CURRENT                                  the pointer
 * manifests/&lt;created&gt;_&lt;manifest id&gt;.json    manifests
 * shards/&lt;shard, 5 digits&gt;/&lt;sha256&gt;.json    shard descriptors
 * files/&lt;first 2 of sha256&gt;/&lt;sha256&gt;.sst    RocksDB table files
 * runs/&lt;run id&gt;.json                        run records
 * </pre>
 */
public final class Layout {

  /** The key of the pointer. */
  public static final String POINTER = "_CURRENT";

  /** The prefix of all manifests. */
  public static final String MANIFESTS = "manifests/";

  /** The prefix of all shard descriptors. */
  public static final String SHARDS = "shards/";

  /** The prefix of all table files. */
  public static final String FILES = "files/";

  /** The prefix of all run records. */
  public static final String RUNS = "runs/";

  private static final int SHARD_DIGITS = 5;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Pattern MANIFEST =
      Pattern.compile("manifests/[0-9]{8}T[0-9]{6}\\.[0-9]{3}Z_[0-9a-f]{32}\\.json");
  private static final Pattern DESCRIPTOR = Pattern.compile("shards/[0-9]{5}/[0-9a-f]{64}\\.json");
  private static final Pattern FILE = Pattern.compile("files/[0-9a-f]{2}/[0-9a-f]{64}\\.sst");
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private Layout() {}

  /**
   * The key of a manifest.
   *
   * @param created when it was created; milliseconds count
   * @param manifestId 32 lower-case hexadecimal digits
   */
  public static String manifest(Instant created, String manifestId) {
    return MANIFESTS + STAMP.format(created) + "_" + checkId(manifestId) + ".json";
  }

  /** The key of a shard descriptor whose bytes have the digest {@code sha256}. */
  public static String descriptor(int shard, Sha256 sha256) {
    return SHARDS + String.format(Locale.ROOT, "%05d", shard) + "/" + sha256.hex() + ".json";
  }

  /** The key of a table file whose bytes have the digest {@code sha256}. */
  public static String file(Sha256 sha256) {
    return FILES + sha256.hex().substring(0, 2) + "/" + sha256.hex() + ".sst";
  }

  /** The key of a run record. */
  public static String run(String runId) {
    return RUNS + checkId(runId) + ".json";
  }

  /**
   * Returns {@code id} if it is 32 lower-case hexadecimal digits: the form of manifest ids, run ids
   * and lineages.
   */
  public static String checkId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "expected 32 lower-case hexadecimal digits, found " + Checks.shown(id));
    }
    return id;
  }

  /** Returns {@code key} if it has the form of a manifest's key. */
  static String checkManifest(String key) {
    return check(MANIFEST, key, "manifests/<created>_<32 hex>.json");
  }

  /** Returns {@code key} if it is the key of a descriptor of {@code shard} with that digest. */
  static String checkDescriptor(String key, int shard, Sha256 sha256) {
    return checkEquals(
        descriptor(shard, sha256), check(DESCRIPTOR, key, "shards/<5 digits>/<sha256>.json"));
  }

  /** The shard and the digest in the key of a descriptor. */
  static DescriptorRef parseDescriptor(String key) {
    check(DESCRIPTOR, key, "shards/<5 digits>/<sha256>.json");
    int digest = SHARDS.length() + SHARD_DIGITS + 1;
    return new DescriptorRef(
        Integer.parseInt(key, SHARDS.length(), SHARDS.length() + SHARD_DIGITS, 10),
        new Sha256(key.substring(digest, digest + 2 * Sha256.BYTES)));
  }

  /** Returns {@code key} if it is the key of a table file with that digest. */
  static String checkFile(String key, Sha256 sha256) {
    return checkEquals(file(sha256), check(FILE, key, "files/<2 hex>/<sha256>.sst"));
  }

  private static String check(Pattern pattern, String key, String form) {
    if (!pattern.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "expected a reference of the form " + form + ", found " + Checks.shown(key));
    }
    return key;
  }

  private static String checkEquals(String expected, String key) {
    if (!expected.equals(key)) {
      throw new IllegalArgumentException(
          "expected the reference '" + expected + "', found " + Checks.shown(key));
    }
    return key;
  }
}
