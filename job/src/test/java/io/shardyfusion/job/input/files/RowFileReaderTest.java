package io.shardyfusion.job.input.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.files.listing.InputFile;
import io.shardyfusion.job.input.files.listing.TwoTimesFileSystem;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.ReadLimits;
import io.shardyfusion.job.input.rows.RowsOf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RowFileReaderTest {

  private static final RowFormat CSV = new RowFormat.Csv(',');
  private static final RowFormat JSONL = new RowFormat.Jsonl();
  private static final Set<String> ID = Set.of("id");

  @TempDir Path dir;

  @Test
  void everySplitSizeGivesTheSameRowsOrdersAndLines() {
    Path file =
        RowsOf.write(
            dir.resolve("a.jsonl"),
            "one\n\ntwo\r\n  \t\nthree\n\n\nx\na long line of its own\nlast");
    List<RowsOf.Read> whole = RowsOf.jsonl(file, ReadLimits.DEFAULT, 1 << 20);
    assertThat(RowsOf.texts(whole))
        .containsExactly("one", "two", "three", "x", "a long line of its own", "last");
    assertThat(whole).extracting(RowsOf.Read::line).containsExactly(1L, 3L, 5L, 8L, 9L, 10L);
    for (int size = 1; size < 60; size++) {
      assertThat(RowsOf.jsonl(file, RowsOf.SMALL, size))
          .as("splits of %d bytes", size)
          .isEqualTo(whole);
    }
  }

  @Test
  void aByteOrderMarkAtTheBeginningIsNoPartOfTheFirstRow() {
    Path file = RowsOf.write(dir.resolve("a.jsonl"), "\uFEFFone\ntwo\n");
    for (int size = 1; size < 14; size++) {
      assertThat(RowsOf.texts(RowsOf.jsonl(file, RowsOf.SMALL, size)))
          .containsExactly("one", "two");
    }
  }

  @Test
  void aByteOrderMarkBeforeACsvHeaderIsNoPartOfTheFirstColumn() {
    Path file = RowsOf.write(dir.resolve("a.csv"), "\uFEFFid,v\n1,2\n");
    assertThat(RowsOf.texts(csv(file, RowsOf.SMALL))).containsExactly("1,2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n\n", "\uFEFF", "   \n\t"})
  void aFileWithoutRowsHasNone(String text) {
    assertThat(RowsOf.jsonl(RowsOf.write(dir.resolve("a.jsonl"), text), RowsOf.SMALL, 1)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n", "id,v", "id,v\n", "\n\nid,v\r\n\r\n"})
  void aCsvFileWithoutRowsHasNone(String text) {
    assertThat(csv(RowsOf.write(dir.resolve("a.csv"), text), RowsOf.SMALL)).isEmpty();
  }

  @Test
  void csvRecordsMaySpanLinesAndKeepTheirFirstLine() {
    Path file =
        RowsOf.write(
            dir.resolve("a.csv"),
            "id,v\r\n1,\"a\nb\"\r\n\r\n2,\"say \"\"hi\"\"\n\"\n3,st\"ray\n\"4\",\"\"");
    List<RowsOf.Read> rows = csv(file, RowsOf.SMALL);
    assertThat(RowsOf.texts(rows))
        .containsExactly("1,\"a\nb\"", "2,\"say \"\"hi\"\"\n\"", "3,st\"ray", "\"4\",\"\"");
    assertThat(rows).extracting(RowsOf.Read::line).containsExactly(2L, 5L, 7L, 8L);
    assertThat(csv(file, ReadLimits.DEFAULT)).isEqualTo(rows);
  }

  @Test
  void aReaderResumesAfterEveryRow() throws IOException {
    byte[] jsonl =
        "one\n\ntwo\r\nthree\n\n\nx\na long line of its own\nlast".getBytes(StandardCharsets.UTF_8);
    byte[] csv = "id,v\n1,\"a\nb\"\n\n2,c\n3,d\n4,e".getBytes(StandardCharsets.UTF_8);
    assertResumes(RowsOf.write(dir.resolve("a.jsonl"), jsonl), JSONL, 7);
    assertResumes(RowsOf.write(dir.resolve("b.jsonl.gz"), gzip(jsonl)), JSONL, 1);
    assertResumes(RowsOf.write(dir.resolve("c.csv"), csv), CSV, 1);
    assertResumes(RowsOf.write(dir.resolve("d.csv.zst"), Zstd.compress(csv)), CSV, 1);
  }

  private static void assertResumes(Path file, RowFormat format, long splitBytes)
      throws IOException {
    RowFileFormat fileFormat = new RowFileFormat(format, ID, RowsOf.SMALL);
    for (FileSourceSplit split : RowsOf.splits(RowsOf.files(file), format, splitBytes)) {
      List<RowsOf.Read> all = RowsOf.read(fileFormat, split);
      List<CheckpointedPosition> positions = positions(fileFormat, split);
      for (int i = 0; i < all.size(); i++) {
        List<RowsOf.Read> rest = all.subList(i + 1, all.size());
        assertThat(RowsOf.read(fileFormat, split.updateWithCheckpointedPosition(positions.get(i))))
            .isEqualTo(rest);
        CheckpointedPosition counted =
            new CheckpointedPosition(CheckpointedPosition.NO_OFFSET, i + 1);
        assertThat(RowsOf.read(fileFormat, split.updateWithCheckpointedPosition(counted)))
            .isEqualTo(rest);
      }
    }
  }

  private static List<CheckpointedPosition> positions(RowFileFormat format, FileSourceSplit split)
      throws IOException {
    List<CheckpointedPosition> positions = new ArrayList<>();
    try (BulkFormat.Reader<RawRow> reader = format.createReader(new Configuration(), split)) {
      BulkFormat.RecordIterator<RawRow> batch;
      while ((batch = reader.readBatch()) != null) {
        RecordAndPosition<RawRow> next;
        while ((next = batch.next()) != null) {
          positions.add(new CheckpointedPosition(next.getOffset(), next.getRecordSkipCount()));
        }
        batch.releaseBatch();
      }
    }
    return positions;
  }

  @Test
  void ordersPutFilesFirstAndOffsetsSecond() {
    Path b = RowsOf.write(dir.resolve("b.jsonl"), "b1\nb2\n");
    Path a = RowsOf.write(dir.resolve("a.jsonl"), "a1\na2\n");
    List<RowsOf.Read> rows = RowsOf.read(RowsOf.files(b, a), JSONL, ID, RowsOf.SMALL, 2);
    assertThat(RowsOf.texts(rows)).containsExactly("a1", "a2", "b1", "b2");
    assertThat(rows)
        .extracting(RowsOf.Read::order)
        .containsExactly(0L, 3L, 1L << 40, (1L << 40) + 3);
  }

  @Test
  void aRowThatIsTooLongIsAnErrorWithItsLine() {
    Path file =
        RowsOf.write(
            dir.resolve("a.jsonl"), "x\n" + "y".repeat(100) + "\n" + "z".repeat(101) + "\n");
    assertDamaged(() -> RowsOf.jsonl(file, new ReadLimits(16, 100), 1 << 20))
        .hasMessage(
            file + ":3: the row is longer than the limit of 100 bytes; a line end may be missing");
    assertDamaged(() -> RowsOf.jsonl(file, new ReadLimits(16, 100), 120))
        .hasMessageContaining(":3: ");
    Path endless = RowsOf.write(dir.resolve("b.jsonl"), "y".repeat(1000));
    assertDamaged(() -> RowsOf.jsonl(endless, new ReadLimits(16, 100), 1 << 20))
        .hasMessageContaining(":1: ");
  }

  @Test
  void aQuoteThatIsNeverClosedIsAnErrorWithItsLine() {
    Path file = RowsOf.write(dir.resolve("a.csv"), "id,v\n1,2\n3,\"x\n4,5\n");
    assertDamaged(() -> csv(file, RowsOf.SMALL))
        .hasMessage(
            file
                + ":3: a quote is opened and never closed, so the rest of the file cannot be read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a,b                | the header has no column \"id\"; it has \"a,b\"; correct the header",
        "id,v,id            | the header has the column \"id\" twice; correct the header",
        "id,v\"x            | field 2 is not valid CSV: Quote in a field that is not quoted; a field that has quotes is put in quotes, and its own are doubled; correct the header",
      })
  void aWrongHeaderIsAnError(String header, String reason) {
    Path file = RowsOf.write(dir.resolve("a.csv"), "\n" + header + "\n1,2\n");
    assertDamaged(() -> csv(file, RowsOf.SMALL)).hasMessage(file + ":2: " + reason);
  }

  @Test
  void compressedFilesOfSeveralPartsAreReadToTheirEnd() throws IOException {
    byte[] one = "one\n".getBytes(StandardCharsets.UTF_8);
    byte[] two = "two\n".getBytes(StandardCharsets.UTF_8);
    assertReadsBoth("a.jsonl.gz", gzip(one), gzip(two));
    assertReadsBoth("a.jsonl.zst", Zstd.compress(one), Zstd.compress(two));
    assertReadsBoth("a.jsonl.bz2", bzip2(one), bzip2(two));
    assertReadsBoth("A.JSONL.GZIP", gzip(one), gzip(two));
  }

  @Test
  void aGzipPartThatBeginsWhereABufferBeginsIsRead() throws IOException {
    // Only here does the JDK ask the stream below whether there is more.
    byte[] first = new byte[0];
    for (int length = 65_400; first.length != 65_536; length++) {
      assertThat(length).isLessThan(65_536);
      first = stored(("x".repeat(length) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    byte[] second = gzip("two\n".getBytes(StandardCharsets.UTF_8));
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    Path file = RowsOf.write(dir.resolve("a.jsonl.gz"), both);
    assertThat(RowsOf.jsonl(file, ReadLimits.DEFAULT, 1)).hasSize(2);
  }

  /** Gzip that does not compress, so that its length can be chosen. */
  private static byte[] stored(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    GZIPOutputStream gzip =
        new GZIPOutputStream(out) {
          {
            def.setLevel(Deflater.NO_COMPRESSION);
          }
        };
    try (gzip) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private void assertReadsBoth(String name, byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    Path file = RowsOf.write(dir.resolve(name), both);
    assertThat(RowsOf.texts(RowsOf.jsonl(file, RowsOf.SMALL, 1))).containsExactly("one", "two");
  }

  @Test
  void aTruncatedCompressedFileIsAnErrorWithItsPlace() throws IOException {
    byte[] rows =
        "{\"id\":1,\"name\":\"some text\"}\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
    assertTruncatedIsDamaged("a.jsonl.gz", gzip(rows));
    assertTruncatedIsDamaged("a.jsonl.zst", Zstd.compress(rows));
    assertTruncatedIsDamaged("a.jsonl.bz2", bzip2(rows));
  }

  private void assertTruncatedIsDamaged(String name, byte[] stored) {
    for (int length : new int[] {1, 9, stored.length / 2, stored.length - 1}) {
      Path file = RowsOf.write(dir.resolve(name), Arrays.copyOf(stored, length));
      assertDamaged("cut to " + length, () -> RowsOf.jsonl(file, ReadLimits.DEFAULT, 1 << 20))
          .hasMessageStartingWith("the input file " + file + " does not decompress after byte ")
          .hasMessageEndingWith(
              "; it is truncated or damaged, or not compressed as its name says: replace or rename it");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jsonl", "a.jsonl.gz", "a.jsonl.GZ", "a.jsonl.zst", "a.jsonl.bz2"})
  void anEmptyFileHasNoRowsCompressedOrNot(String name) {
    Path empty = RowsOf.write(dir.resolve(name), "");
    Path rows = RowsOf.write(dir.resolve("b.jsonl"), "one\n");
    List<RowsOf.Read> read =
        RowsOf.read(RowsOf.files(empty, rows), JSONL, ID, RowsOf.SMALL, 1 << 20);
    assertThat(RowsOf.texts(read)).containsExactly("one");
  }

  @Test
  void zerosAfterTheEndOfGzipDataAreNoData() throws IOException {
    byte[] stored = gzip("one\n".getBytes(UTF_8));
    Path file =
        RowsOf.write(dir.resolve("a.jsonl.gz"), Arrays.copyOf(stored, stored.length + 100_000));
    assertThat(RowsOf.texts(RowsOf.jsonl(file, RowsOf.SMALL, 1))).containsExactly("one");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7})
  void whatFollowsGzipDataAndIsNoneIsAnErrorAndNotTheEnd(int zeros) throws IOException {
    byte[] member = gzip("one\n".getBytes(UTF_8));
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    stored.write(member);
    stored.write(new byte[zeros]);
    stored.write(member, 0, zeros == 0 ? 5 : member.length);
    Path file = RowsOf.write(dir.resolve("a.jsonl.gz"), stored.toByteArray());
    assertDamaged(() -> RowsOf.jsonl(file, RowsOf.SMALL, 1))
        .hasMessageContaining(" does not decompress after byte 4 ");
  }

  @Test
  void aFileThatIsNoTextIsSaidToBeWhatItIsAndTheAdviceWorks() throws IOException {
    byte[] gzip = gzip("one\n".getBytes(UTF_8));
    Path plain = RowsOf.write(dir.resolve("a.jsonl"), gzip);
    assertDamaged(() -> RowsOf.jsonl(plain, RowsOf.SMALL, 1 << 20))
        .hasMessage(
            "the input file "
                + plain
                + " is gzip data, which its name does not say; rename it so that it ends in .gz");
    Path renamed = Files.move(plain, dir.resolve("a.jsonl.gz"));
    assertThat(RowsOf.texts(RowsOf.jsonl(renamed, RowsOf.SMALL, 1))).containsExactly("one");

    Path twice = RowsOf.write(dir.resolve("b.jsonl.gz"), gzip(gzip));
    assertDamaged(() -> RowsOf.jsonl(twice, RowsOf.SMALL, 1 << 20))
        .hasMessageEndingWith(" is gzip data still when it is decompressed; decompress it once");
    Path zstd = RowsOf.write(dir.resolve("c.csv"), Zstd.compress(gzip));
    assertDamaged(() -> csv(zstd, RowsOf.SMALL)).hasMessageContaining(" is zstandard data, ");
    Path bzip2 = RowsOf.write(dir.resolve("d.csv"), bzip2(gzip));
    assertDamaged(() -> csv(bzip2, RowsOf.SMALL)).hasMessageEndingWith(" ends in .bz2");
    Path utf16 =
        RowsOf.write(dir.resolve("e.csv"), "\uFEFFid\n1\n".getBytes(StandardCharsets.UTF_16LE));
    assertDamaged(() -> csv(utf16, RowsOf.SMALL))
        .hasMessageEndingWith(" is text in UTF-16 or UTF-32, and expected is UTF-8; convert it");
  }

  @Test
  void textThatBeginsLikeBzip2DataIsText() {
    Path file = RowsOf.write(dir.resolve("a.jsonl"), "BZh9\n");
    assertThat(RowsOf.texts(RowsOf.jsonl(file, RowsOf.SMALL, 1 << 20))).containsExactly("BZh9");
  }

  @Test
  void aFlippedBitInACompressedFileIsAnError() throws IOException {
    byte[] stored =
        gzip("{\"id\":1,\"name\":\"some text\"}\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
    stored[stored.length - 6] ^= 1;
    Path file = RowsOf.write(dir.resolve("a.jsonl.gz"), stored);
    assertDamaged(() -> RowsOf.jsonl(file, ReadLimits.DEFAULT, 1))
        .hasMessageContaining(" does not decompress after byte ")
        .hasMessageContaining("CRC32");
  }

  @Test
  void aFileThatShrankSinceItWasListedIsAnErrorAndRunningAgainReadsIt() throws IOException {
    Path file = RowsOf.write(dir.resolve("a.jsonl"), "one\ntwo\nthree\n");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    InputFiles listed = RowsOf.files(file);
    RowsOf.write(file, "one\ntwo");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:01Z")));
    assertDamaged(() -> RowsOf.read(listed, JSONL, ID, RowsOf.SMALL, 4))
        .hasMessage(
            "the input file "
                + file
                + " changed while it was read: it had 14 bytes of 2026-01-01T00:00:00Z when it was"
                + " listed, and has 7 bytes of 2026-01-01T00:00:01Z now; let the input come to rest,"
                + " and run again");
    assertThat(RowsOf.texts(RowsOf.jsonl(file, RowsOf.SMALL, 4))).containsExactly("one", "two");
  }

  @Test
  void aFileOfTheSameLengthThatWasReplacedSinceItWasListedIsAnError() throws IOException {
    Path file = RowsOf.write(dir.resolve("a.jsonl.gz"), gzip("one\n".getBytes(UTF_8)));
    InputFiles listed = RowsOf.files(file);
    RowsOf.write(file, gzip("two\n".getBytes(UTF_8)));
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:01Z")));
    assertDamaged(() -> RowsOf.read(listed, JSONL, ID, RowsOf.SMALL, 4))
        .hasMessageContaining(" changed while it was read: ");
  }

  @Test
  void aFileThatIsGoneIsAStorageError() throws IOException {
    Path file = RowsOf.write(dir.resolve("a.jsonl"), "one\n");
    InputFiles listed = RowsOf.files(file);
    Files.delete(file);
    assertThatThrownBy(() -> RowsOf.read(listed, JSONL, ID, RowsOf.SMALL, 4))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("cannot open the input file " + file);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void damageInAFileThatIsGoneOrCannotBeLookedAtRestartsAContinuousJobAndEndsABatch(boolean gone)
      throws IOException {
    Path file = RowsOf.write(dir.resolve("a.jsonl"), "one\n");
    FileSourceSplit split = RowsOf.splits(RowsOf.files(file), JSONL, 1 << 20).get(0);
    Files.delete(file);
    if (!gone) {
      Files.createSymbolicLink(file, dir.resolve("nowhere"));
    }
    DataDamagedException damage = new DataDamagedException("a row is cut off");
    assertThat(new ReadFailures(split, ReadFailures.OnChange.RESTART).of(damage))
        .isInstanceOf(StorageException.class)
        .hasCause(damage)
        .hasMessageStartingWith(
            "the input file "
                + file
                + (gone
                    ? " went while it was read; "
                    : " may have changed while it was read, which cannot be told: "))
        .hasMessageEndingWith("; the job restarts, and goes on with what is there then");
    assertThat(new ReadFailures(split, ReadFailures.OnChange.END).of(damage))
        .isInstanceOf(SuppressRestartsException.class)
        .hasCause(damage);
  }

  @Test
  void aFileOfWhichAStoreListsMillisecondsAndElseTellsSecondsHasNotChanged() throws IOException {
    Path in = Files.createDirectory(dir.resolve("in"));
    Path file = RowsOf.write(in.resolve("a.jsonl"), "one\n");
    TwoTimesFileSystem.setTime(file);
    InputFiles listed = InputFiles.resolve(List.of(TwoTimesFileSystem.path(in)));
    assertThat(listed.files())
        .extracting(InputFile::modificationTime)
        .containsExactly(123_456_000L);
    assertThat(RowsOf.texts(RowsOf.read(listed, JSONL, ID, RowsOf.SMALL, 1 << 20)))
        .containsExactly("one");
    // A split of an older release, which kept what was listed.
    FileSourceSplit split = RowsOf.splits(listed, JSONL, 1 << 20).get(0);
    FileSourceSplit older =
        new FileSourceSplit(split.splitId(), split.path(), 0, 4, 123_456_789, 4);
    RowFileFormat format = new RowFileFormat(JSONL, ID, RowsOf.SMALL);
    assertThat(RowsOf.texts(RowsOf.read(format, older))).containsExactly("one");
    Files.setLastModifiedTime(file, FileTime.fromMillis(123_457_000));
    assertDamaged(() -> RowsOf.read(format, older))
        .hasMessageContaining(" changed while it was read: ");
  }

  @Test
  void longRowsGrowTheBufferAndShortOnesFollow() {
    String text = "a\n" + "b".repeat(5000) + "\nc\n" + "d".repeat(70) + "\n" + "e\n".repeat(100);
    Path file = RowsOf.write(dir.resolve("a.jsonl"), text);
    assertThat(RowsOf.texts(RowsOf.jsonl(file, RowsOf.SMALL, 1 << 20)))
        .isEqualTo(List.of(text.split("\n")));
  }

  private static List<RowsOf.Read> csv(Path file, ReadLimits limits) {
    return RowsOf.read(RowsOf.files(file), CSV, ID, limits, 1);
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertDamaged(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return assertDamaged("read", call);
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertDamaged(
      String description, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return assertThatThrownBy(call, description)
        .isInstanceOf(SuppressRestartsException.class)
        .cause()
        .isInstanceOf(DataDamagedException.class);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] bzip2(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream bzip2 = new BZip2CompressorOutputStream(out)) {
      bzip2.write(bytes);
    }
    return out.toByteArray();
  }
}
