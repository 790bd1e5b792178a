package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The lines that scripts read: names and their order. */
class AnnouncedVersionTest {

  private static final String MANIFEST = "manifests/a.json";

  private static final AnnouncedVersion.Size SIZE = new AnnouncedVersion.Size(8, 9, 1000, 200);

  private static final AnnouncedVersion.Effort EFFORT =
      new AnnouncedVersion.Effort(11, 3, 1500, Map.of("announce", 40L));

  @Test
  void aBackfillPrintsOneObjectWithoutACheckpoint() throws JsonProcessingException {
    AnnouncedVersion version =
        new AnnouncedVersion(
            7,
            MANIFEST,
            "1f",
            new AnnouncedVersion.Rows(100L, 90L, 6L, 4L, 0L),
            SIZE,
            EFFORT,
            null);

    assertThat(JsonMapper.builder().build().writeValueAsString(version))
        .isEqualTo(
            "{\"version\":7,\"manifest\":\"manifests/a.json\",\"run_id\":\"1f\",\"rows_read\":100,"
                + "\"rows_written\":90,\"duplicates\":6,\"deletes\":4,\"bad_rows\":0,\"shards\":8,"
                + "\"files\":9,\"bytes\":1000,\"new_bytes\":200,\"puts\":11,\"gets\":3,"
                + "\"duration_ms\":1500,\"durations\":{\"announce\":40}}");
  }

  @Test
  void aContinuousRunPrintsWhatIsNotKnownAsNullAndTheCheckpointLast()
      throws JsonProcessingException {
    AnnouncedVersion version =
        new AnnouncedVersion(
            7,
            MANIFEST,
            "1f",
            new AnnouncedVersion.Rows(null, null, null, null, null),
            SIZE,
            EFFORT,
            new AnnouncedVersion.Checkpoint(12L, null));

    assertThat(JsonMapper.builder().build().writeValueAsString(version))
        .isEqualTo(
            "{\"version\":7,\"manifest\":\"manifests/a.json\",\"run_id\":\"1f\",\"rows_read\":null,"
                + "\"rows_written\":null,\"duplicates\":null,\"deletes\":null,\"bad_rows\":null,"
                + "\"shards\":8,\"files\":9,\"bytes\":1000,\"new_bytes\":200,\"puts\":11,\"gets\":3,"
                + "\"duration_ms\":1500,\"durations\":{\"announce\":40},\"checkpoint_id\":12,"
                + "\"watermark\":null}");
  }
}
