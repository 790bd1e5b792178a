package io.shardyfusion.job.input.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;

final class FoundOrderAssignerTest {

  private final FoundOrderAssigner files = new FoundOrderAssigner(found("b", "a"));

  @Test
  void filesFoundTogetherAreInPathOrderAndLaterOnesAfterThem() {
    files.addSplits(found("A", "0"));
    assertThat(names(files.remainingSplits())).containsExactly("a", "b", "0", "A");
    assertThat(drained(files)).containsExactly("a", "b", "0", "A");
    assertThat(files.getNext(null)).isEmpty();
  }

  @Test
  void splitsThatComeBackTakeTheirOldPlace() {
    files.addSplits(found("0"));
    List<FileSourceSplit> assigned = new ArrayList<>();
    assigned.add(files.getNext(null).orElseThrow());
    assigned.add(0, files.getNext("host").orElseThrow());
    files.addSplits(found("1"));
    // As a reader that failed gives them back, in any order.
    files.addSplits(assigned);
    assertThat(drained(files)).containsExactly("a", "b", "0", "1");
  }

  @Test
  void aRestoredAssignerGoesOnInTheSameOrderWithTheSameIds() {
    files.addSplits(found("0"));
    Optional<FileSourceSplit> read = files.getNext(null);
    assertThat(read).isPresent();
    List<FileSourceSplit> checkpoint = new ArrayList<>(files.remainingSplits());
    FoundOrderAssigner restored = new FoundOrderAssigner(checkpoint);
    restored.addSplits(found("-"));
    assertThat(restored.remainingSplits()).startsWith(checkpoint.toArray(new FileSourceSplit[0]));
    assertThat(drained(restored)).containsExactly("b", "0", "-");
  }

  @Test
  void idsAreUniqueEvenIfNumbersBeginAgain() {
    FileSourceSplit first = files.getNext(null).orElseThrow();
    FoundOrderAssigner restored = new FoundOrderAssigner(List.of());
    restored.addSplits(found("c"));
    FileSourceSplit other = restored.remainingSplits().iterator().next();
    assertThat(other.splitId()).isNotEqualTo(first.splitId());
    restored.addSplits(List.of(first));
    assertThat(drained(restored)).containsExactlyInAnyOrder("a", "c");
    assertThat(RowSplits.ordinalOf(first)).isZero();
  }

  private static List<String> drained(FoundOrderAssigner files) {
    return names(
        Stream.generate(() -> files.getNext(null))
            .takeWhile(Optional::isPresent)
            .map(Optional::orElseThrow)
            .toList());
  }

  private static List<String> names(Iterable<FileSourceSplit> splits) {
    List<String> names = new ArrayList<>();
    splits.forEach(split -> names.add(split.path().getName()));
    return names;
  }

  private static List<FileSourceSplit> found(String... names) {
    return Stream.of(names)
        .map(name -> new Path("file:/in-1/" + name))
        .map(path -> new FileSourceSplit(path.toString(), path, 0, 1, 0, 1))
        .toList();
  }
}
