package io.shardyfusion.cli.operating;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.cli.DatasetDamage;
import io.shardyfusion.cli.Invocation;
import io.shardyfusion.cli.Invocation.Result;
import io.shardyfusion.cli.TestDataset;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.KeySample;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.key.KeyEncoding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VerifyCommandTest {

  private static final int ROWS = 100;
  private static final int SHARDS = 4;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"", "--deep"})
  void aWholeSnapshotIsFine(String deep) {
    TestDataset dataset = dataset();
    PointerEntry entry = dataset.publish();

    JsonNode report = verify(dataset, deep).succeeded().json();

    assertThat(Invocation.fields(report))
        .containsExactly("ok", "objects", "bytes", "rows", "rows_exact", "problems");
    assertThat(report.get("ok").booleanValue()).isTrue();
    assertThat(report.get("objects").intValue()).isEqualTo(2 + SHARDS + SHARDS);
    assertThat(report.get("bytes").longValue()).isEqualTo(entry.bytes());
    assertThat(report.get("rows").intValue()).isEqualTo(ROWS);
    assertThat(report.get("problems")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--deep"})
  void everyDamagedObjectIsListed(String deep) throws IOException {
    TestDataset dataset = dataset();
    dataset.publish();
    DatasetDamage damage = DatasetDamage.of(dataset);
    List<Path> files = damage.objects("files");
    List<Path> descriptors = damage.objects("shards");
    DatasetDamage.flipABit(descriptors.get(0));
    List<Path> left = files.stream().filter(f -> !isOfShard(descriptors.get(0), f)).toList();
    DatasetDamage.flipABit(left.get(0));
    DatasetDamage.cutTheLastByte(left.get(1));
    Files.delete(left.get(2));

    Result result = verify(dataset, deep);

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.json().get("ok").booleanValue()).isFalse();
    assertThat(problems(result))
        .hasSize(4)
        .anySatisfy(p -> assertThat(p).contains(name(descriptors.get(0))).contains("SHA-256"))
        .anySatisfy(p -> assertThat(p).contains(name(left.get(0))).contains("SHA-256"))
        .anySatisfy(p -> assertThat(p).contains(name(left.get(1))).contains("bytes"))
        .anySatisfy(p -> assertThat(p).contains(name(left.get(2))).contains("missing"));
  }

  /** Whether the shard whose descriptor was damaged by one bit still names the file. */
  private static boolean isOfShard(Path descriptor, Path file) {
    try {
      return new String(Files.readAllBytes(descriptor), StandardCharsets.ISO_8859_1)
          .contains(name(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDamagedManifestOrPointerIsAProblemToo() throws IOException {
    TestDataset dataset = dataset();
    dataset.publish();
    Path manifest = DatasetDamage.of(dataset).objects("manifests").get(0);
    DatasetDamage.flipABit(manifest);

    Result ofManifest = verify(dataset, "");
    assertThat(ofManifest.code()).isEqualTo(3);
    assertThat(problems(ofManifest)).singleElement().asString().contains(name(manifest));

    Files.writeString(dataset.root().resolve("_CURRENT"), "{\"format_version\":2}");
    Result ofPointer = verify(dataset, "");
    assertThat(ofPointer.code()).isEqualTo(3);
    assertThat(problems(ofPointer))
        .singleElement()
        .asString()
        .contains("_CURRENT")
        .contains("upgrade");
  }

  @Test
  void theChosenVersionIsVerified() throws IOException {
    TestDataset dataset = dataset();
    dataset.publish();
    List<Path> old = DatasetDamage.of(dataset).objects("files");
    for (long key = 0; key < ROWS; key++) {
      dataset.row(key, "changed");
    }
    dataset.publish();
    Files.delete(old.get(0));

    verify(dataset, "").succeeded();
    assertThat(verify(dataset, "--at=1").code()).isEqualTo(3);
    assertThat(Invocation.run("verify", "-d", dataset.uri(), "--at", "7").failed(1).err())
        .contains("7");
  }

  @Test
  void deepFindsRowsInTheWrongShard() {
    TestDataset dataset = dataset();
    dataset.misroutedBy(key -> 0).publish();

    verify(dataset, "").succeeded();
    Result deep = verify(dataset, "--deep");

    assertThat(deep.code()).isEqualTo(3);
    assertThat(problems(deep))
        .hasSize(6)
        .first()
        .asString()
        .startsWith("shard 0: the stored key ")
        .contains("belongs to shard ");
    assertThat(problems(deep).get(5)).contains("more rows are wrong");
    assertThat(deep.json().get("rows").intValue()).isEqualTo(ROWS);
  }

  @Test
  void deepFindsADescriptorThatStatesTheWrongNumberOfRows() {
    assertDeepFinds(d -> d.withRows(d.rows() + 1), "rows as its descriptor says");
  }

  @Test
  void deepFindsADescriptorThatStatesAnotherSmallestKey() {
    assertDeepFinds(
        d -> d.withMinKey(HexBytes.of(KeyEncoding.I64.encode(-1))), "smallest stored key");
  }

  @Test
  void deepFindsASampleWhoseValueDiffers() {
    assertDeepFinds(
        d -> {
          KeySample first = d.samples().get(0);
          return d.withSamples(List.of(new KeySample(first.key(), first.valueHash() + 1)));
        },
        "value");
  }

  private void assertDeepFinds(UnaryOperator<ShardDescriptor> wrong, String problem) {
    TestDataset dataset = dataset();
    dataset.misdescribedBy(wrong).publish();

    verify(dataset, "").succeeded();
    Result deep = verify(dataset, "--deep");

    assertThat(deep.code()).isEqualTo(3);
    assertThat(problems(deep)).hasSize(SHARDS).allSatisfy(p -> assertThat(p).contains(problem));
  }

  @Test
  void nothingIsLeftBehind() throws IOException {
    TestDataset dataset = dataset();
    dataset.publish();
    Path work = Files.createDirectory(directory.resolve("work"));

    Invocation.run("verify", "--deep", "-d", dataset.uri(), "--cache", work.toString()).succeeded();

    assertThat(work).isEmptyDirectory();
  }

  @Test
  void aTrustedCacheDoesNotHideADamagedObject() throws IOException {
    TestDataset dataset = dataset();
    dataset.publish();
    String cache = directory.resolve("cache").toString();
    Invocation.run("scan", "-d", dataset.uri(), "--cache", cache).succeeded();
    DatasetDamage.of(dataset).flipABitInEveryTableFile();

    Result result = Invocation.run("verify", "-d", dataset.uri(), "--cache", cache);

    assertThat(problems(result)).hasSize(SHARDS);
  }

  private static Result verify(TestDataset dataset, String option) {
    List<String> args = new ArrayList<>(List.of("verify", "-d", dataset.uri()));
    if (!option.isEmpty()) {
      args.add(option);
    }
    return Invocation.run(args.toArray(String[]::new));
  }

  private static List<String> problems(Result result) {
    List<String> problems = new ArrayList<>();
    result.json().get("problems").forEach(p -> problems.add(p.textValue()));
    return problems;
  }

  private static String name(Path object) {
    return object.getFileName().toString();
  }

  private TestDataset dataset() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, SHARDS);
    for (long key = 0; key < ROWS; key++) {
      dataset.row(key, "value of " + key);
    }
    return dataset;
  }
}
