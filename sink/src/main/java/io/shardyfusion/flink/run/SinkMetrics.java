package io.shardyfusion.flink.run;

/**
 * The names of the metrics of the sink. The first two are Flink's names for what a sink sends; the
 * others are in the same style.
 */
public final class SinkMetrics {

  /** Counter, of each write subtask: rows written into shards, deletes among them. */
  public static final String RECORDS = "numRecordsSend";

  /** Counter, of each write subtask: bytes of the table files that were uploaded. */
  public static final String BYTES = "numBytesSend";

  /**
   * Counter, of each write subtask: bytes of the keys, as they are stored, and values of the rows
   * that were written into shards. {@link #BYTES} divided by it is the write amplification of the
   * uploads.
   */
  public static final String ROW_BYTES = "numRowBytesSend";

  /** Counter, of each write subtask: rows that delete their key. */
  public static final String DELETES = "numDeletesSend";

  /** Counter, of each write subtask: table files that were uploaded. */
  public static final String FILES = "numFilesSend";

  /** Counter, of each write subtask: uploads that failed, and were tried again. */
  public static final String ERRORS = "numUploadErrors";

  /**
   * Gauge, of each write subtask: how long records waited for the last checkpoint while the changed
   * shards were flushed and described, in milliseconds.
   */
  public static final String BARRIER_STALL = "currentBarrierStallTime";

  /**
   * Counter, of each write subtask: how long records waited at all barriers so far, as {@link
   * #BARRIER_STALL} says it of the last one, in milliseconds.
   */
  public static final String TOTAL_BARRIER_STALL = "totalBarrierStallTime";

  /**
   * Gauge, of each write subtask: how long it took to upload what the last checkpoint needs, in
   * milliseconds.
   */
  public static final String SEND_TIME = "currentSendTime";

  /** Gauge, of each write subtask: bytes of the table files of all its shards. */
  public static final String SHARD_BYTES = "shardBytes";

  /** Gauge, of each write subtask: bytes of the table files of its largest shard. */
  public static final String LARGEST_SHARD_BYTES = "largestShardBytes";

  /** Gauge, of the committer: the last version that this attempt announced; 0: none. */
  public static final String ANNOUNCED_VERSION = "lastAnnouncedVersion";

  /**
   * Gauge, of the committer: the time from the storing of the last manifest until its announcement,
   * in milliseconds.
   */
  public static final String PUBLISH_TIME = "currentPublishTime";

  /**
   * Gauge, of the committer: the time since this attempt last announced a version, or else since it
   * began, in seconds.
   */
  public static final String SECONDS_SINCE_ANNOUNCEMENT = "secondsSinceAnnouncement";

  /** Counter, of the committer: announcements that failed, for whatever reason. */
  public static final String ANNOUNCEMENT_FAILURES = "numAnnouncementFailures";

  /** Counter, of the committer: versions that joined the history as held, and are not served. */
  public static final String HELD = "numHeldVersions";

  /** Counter, of the committer: announcements that another writer prevented. */
  public static final String FENCED = "numFencedPublications";

  private SinkMetrics() {}
}
