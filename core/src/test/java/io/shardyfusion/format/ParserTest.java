package io.shardyfusion.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.DataDamagedException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What all four parsers have in common, and what the fixtures cannot hold. */
class ParserTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(strings = {"pointer", "manifest", "descriptor", "run"})
  void everyFieldThatIsMissingNullOrOfAnotherTypeIsRefusedByItsPath(String name)
      throws IOException {
    String file = name + ".json";
    ObjectNode document = (ObjectNode) MAPPER.readTree(Fixtures.valid(file));

    int fields = refuseEachField(file, document, document, "");

    assertThat(fields).isGreaterThan(9);
  }

  /** Breaks each field below {@code node} in turn, and counts them. */
  private static int refuseEachField(
      String file, ObjectNode document, ContainerNode<?> node, String path) throws IOException {
    int fields = 0;
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        fields +=
            refuseEachField(file, document, (ContainerNode<?>) array.get(i), path + "[" + i + "]");
      }
      return fields;
    }
    ObjectNode object = (ObjectNode) node;
    boolean open = path.equals("custom") || path.equals("counters");
    for (String name : names(object)) {
      String at = path.isEmpty() ? name : path + "." + name;
      JsonNode value = object.get(name);
      if (!open) {
        object.remove(name);
        assertRefused(file, document, at + " is missing, expected ");
      }
      object.set(
          name,
          value.isObject() || value.isNull()
              ? MAPPER.createArrayNode()
              : MAPPER.createObjectNode());
      assertRefused(file, document, at + " must be ");
      if (!value.isNull()) {
        object.putNull(name);
        if (!mayBeNull(at)) {
          assertRefused(file, document, at + " must be ");
        }
      }
      object.set(name, value);
      fields++;
      if (value instanceof ContainerNode<?> container) {
        fields += refuseEachField(file, document, container, at);
      }
    }
    return fields;
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static boolean mayBeNull(String path) {
    return path.matches(
        "current|pin|pin\\.reason|writer|parent|checkpoint_id|watermark|.*m(in|ax)_key"
            + "|lease_expires_at|last_version|error");
  }

  private static void assertRefused(String file, JsonNode document, String message)
      throws IOException {
    byte[] json = MAPPER.writeValueAsBytes(document);
    assertThatThrownBy(() -> Kind.of(file).parse(file, json))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageStartingWith("the object " + file + " breaks the format: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @EnumSource
  void anObjectLargerThanItsBoundIsRefusedBeforeItIsLookedAt(Kind kind) {
    byte[] json = new byte[kind.maxBytes() + 1];
    Arrays.fill(json, (byte) '[');

    assertThatThrownBy(() -> kind.parse("o", json))
        .isInstanceOf(DataDamagedException.class)
        .hasMessage(
            "the object o breaks the format: expected at most "
                + kind.maxBytes()
                + " bytes, found "
                + (kind.maxBytes() + 1));
  }

  @Test
  void theLargestManifestFitsTheBounds() {
    Manifest manifest = Samples.largestManifest();

    byte[] json = ManifestParser.toJson(manifest);

    assertThat(json).hasSizeLessThan(Limits.MAX_MANIFEST_BYTES / 2);
    assertThat(ManifestParser.fromJson("m", json)).isEqualTo(manifest);
  }

  @Test
  void theLargestDescriptorFitsTheBounds() {
    ShardDescriptor descriptor = Samples.largestDescriptor();

    byte[] json = ShardDescriptorParser.toJson(descriptor);

    assertThat(json.length).isLessThan(Limits.MAX_DESCRIPTOR_BYTES);
    assertThat(ShardDescriptorParser.fromJson("d", json)).isEqualTo(descriptor);
  }

  @Test
  void theLongestHistoryFitsThePointersBound() {
    List<PointerEntry> history =
        IntStream.range(0, Limits.MAX_HISTORY)
            .mapToObj(
                i ->
                    PointerEntry.builder()
                        .version(Limits.MAX_VERSION - i)
                        .manifest(
                            new ManifestRef(
                                Layout.manifest(Samples.CREATED.plusMillis(i), Samples.RUN_ID),
                                Sha256.of(new byte[i])))
                        .runId(Samples.RUN_ID)
                        .announcedAt(Samples.CREATED)
                        .rows(Long.MAX_VALUE)
                        .bytes(Long.MAX_VALUE)
                        .status(VersionStatus.ANNOUNCED)
                        .rowsExact(true)
                        .build())
            .toList();
    Pointer pointer =
        new Pointer(
            Samples.CREATED,
            Limits.MAX_VERSION,
            history.get(0),
            history,
            new Pin(Limits.MAX_VERSION, Samples.CREATED, "\0".repeat(Limits.MAX_REASON)),
            null);

    byte[] json = PointerParser.toJson(pointer);

    assertThat(json).hasSizeLessThan(Limits.MAX_POINTER_BYTES / 2);
    assertThat(PointerParser.fromJson("_CURRENT", json)).isEqualTo(pointer);
  }

  @Test
  void theMostThatARunNeedsFitsItsRecordAndMoreIsRefused() {
    List<DescriptorRef> most =
        IntStream.range(0, Limits.MAX_RUN_DESCRIPTORS)
            .mapToObj(i -> new DescriptorRef(i, Sha256.of(new byte[i])))
            .toList();
    CheckpointNeeds one = new CheckpointNeeds(1, Samples.CREATED, null, most);
    RunRecord run =
        Samples.failedRun()
            .withWarnings(
                Collections.nCopies(
                    Limits.MAX_WARNINGS,
                    new RunWarning(Samples.CREATED, true, "\0".repeat(Limits.MAX_WARNING))))
            .withNeeds(new RunNeeds(null, List.of(one)));

    assertThat(RunRecordParser.fromJson("r", RunRecordParser.toJson(run))).isEqualTo(run);
    CheckpointNeeds another = new CheckpointNeeds(2, Samples.CREATED, null, most.subList(0, 1));
    assertThatThrownBy(() -> new RunNeeds(null, List.of(one, another)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("checkpoints must have at most 8192 descriptors, found 8193");
    assertThat(run.needs().completed(another, 2).checkpoints()).containsExactly(another);
  }

  @Test
  void aDocumentOfVeryManySmallPartsIsRefusedBeforeItCostsMuchMemory() {
    String json = "{\"format_version\":1,\"unknown\":[" + "[],".repeat(2_000_000) + "[]]}";

    assertThatThrownBy(() -> ManifestParser.fromJson("m", json.getBytes(UTF_8)))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("the object m is no valid JSON at unknown[")
        .hasMessageContaining("Token count");
  }

  @Test
  void aValueThatIsLongIsShownCut() {
    String json = "{\"format_version\":\"" + "x".repeat(1_000_000) + "\"}";

    assertThatThrownBy(() -> ManifestParser.fromJson("m", json.getBytes(UTF_8)))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageEndingWith("x…' (1000000 characters)")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }

  @Test
  void controlCharactersDoNotReachTheMessage() {
    String json = "{\"format_version\":\"a\\n\\u001b[31mb\"}";

    assertThatThrownBy(() -> ManifestParser.fromJson("m", json.getBytes(UTF_8)))
        .hasMessageEndingWith("found 'a\\n\\u001b[31mb'");
  }

  @Test
  void timesAreCutToTheMillisecondWhereTheyEnter() {
    Pin pin = new Pin(1, Instant.parse("2026-11-22T10:00:00.123456789Z"), null);

    assertThat(pin.pinnedAt()).isEqualTo(Instant.parse("2026-11-22T10:00:00.123Z"));
  }

  @Test
  void anErrorThatIsTooLongOrHasNoUtf8FormIsCutRatherThanRefused() {
    RunRecord run =
        RunRecord.builder()
            .runId(Samples.RUN_ID)
            .mode(RunMode.BATCH)
            .status(RunRecord.Status.FAILED)
            .startedAt(Samples.CREATED)
            .updatedAt(Samples.CREATED)
            .error("\uD800" + "😀".repeat(Limits.MAX_ERROR))
            .build();

    assertThat(run.error()).isEqualTo("\uFFFD" + "😀".repeat(Limits.MAX_ERROR - 1));
    assertThat(RunRecordParser.fromJson("r", RunRecordParser.toJson(run))).isEqualTo(run);
  }

  @Test
  void unpairedSurrogatesAreRefusedWhereTheyEnter() {
    assertThatThrownBy(() -> new Pin(1, Samples.CREATED, "a\uDC00"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "reason must be text with a UTF-8 form, found an unpaired surrogate in 'a\\udc00'");
  }
}
