package io.shardyfusion.format;

/**
 * The bounds of the format. A writer never exceeds them; a reader refuses what does. Characters are
 * Unicode code points.
 */
public final class Limits {

  /** The version of the format that this code reads and writes. */
  public static final int FORMAT_VERSION = 1;

  /** The largest pointer, in bytes. */
  public static final int MAX_POINTER_BYTES = 1 << 20;

  /** The largest manifest, in bytes. */
  public static final int MAX_MANIFEST_BYTES = 64 << 20;

  /** The largest shard descriptor, in bytes. */
  public static final int MAX_DESCRIPTOR_BYTES = 32 << 20;

  /** The largest run record, in bytes. */
  public static final int MAX_RUN_RECORD_BYTES = 1 << 20;

  /** The largest version number: 2^53 - 1, which every JSON reader can hold. */
  public static final long MAX_VERSION = (1L << 53) - 1;

  /** The most entries in the pointer's history; the oldest leave first. */
  public static final int MAX_HISTORY = 1000;

  /** The longest stored value, in bytes: 64 MiB. */
  public static final int MAX_VALUE_BYTES = 64 << 20;

  /** The most table files in one shard. */
  public static final int MAX_FILES_PER_SHARD = 65_536;

  /** The most private files in one shard. */
  public static final int MAX_PRIVATE_FILES = 16;

  /** The most bytes that the private files of one shard have together: 8 MiB. */
  public static final int MAX_PRIVATE_BYTES = 8 << 20;

  /** The most keys sampled for a shard's self-check. */
  public static final int MAX_SAMPLES = 16;

  /** The longest key bound in a manifest, in bytes; a descriptor has the whole key. */
  public static final int MAX_KEY_BOUND_BYTES = 64;

  /** The most entries in a manifest's custom map. */
  public static final int MAX_CUSTOM_ENTRIES = 256;

  /**
   * The longest name or version of a piece of software, and the longest name of a counter, in
   * characters.
   */
  public static final int MAX_NAME = 256;

  /** The longest reason of a pin, and of the status of a version, in characters. */
  public static final int MAX_REASON = 1024;

  /** The most reasons of the status of a version. */
  public static final int MAX_REASONS = 16;

  /** The longest name of an operator or a validator, in characters. */
  public static final int MAX_WHO = 256;

  /** The longest error in a run record, in characters. */
  public static final int MAX_ERROR = 8192;

  /** The most warnings of a run record: {@value}. */
  public static final int MAX_WARNINGS = 20;

  /** The longest message of a warning, in Unicode code points: {@value}. */
  public static final int MAX_WARNING = 1024;

  /** The most checkpoints of a run record. */
  public static final int MAX_RUN_CHECKPOINTS = 64;

  /** The most descriptors that the checkpoints of a run record name together. */
  public static final int MAX_RUN_DESCRIPTORS = 8192;

  /** The most counters in a run record. */
  public static final int MAX_COUNTERS = 256;

  /** The longest name in a manifest's custom map, in characters. */
  public static final int MAX_CUSTOM_NAME = 256;

  /** The longest value in a manifest's custom map, in characters. */
  public static final int MAX_CUSTOM_VALUE = 4096;

  /** The longest text of a value schema in a manifest, in bytes of its UTF-8 form: 64 KiB. */
  public static final int MAX_VALUE_SCHEMA_BYTES = 64 << 10;

  private Limits() {}
}
