package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Faults in the objects of a dataset in a directory. */
public final class DatasetDamage {

  private final Path root;

  private DatasetDamage(Path root) {
    this.root = root;
  }

  public static DatasetDamage of(TestDataset dataset) {
    return new DatasetDamage(dataset.root());
  }

  /** The objects below a folder of the dataset, in the order of their names. */
  public List<Path> objects(String folder) throws IOException {
    try (Stream<Path> tree = Files.walk(root.resolve(folder))) {
      List<Path> objects = tree.filter(Files::isRegularFile).sorted().toList();
      assertThat(objects).isNotEmpty();
      return objects;
    }
  }

  public void flipABitInEveryTableFile() throws IOException {
    for (Path file : objects("files")) {
      flipABit(file);
    }
  }

  public static void flipABit(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 4;
    Files.write(file, content);
  }

  public static void cutTheLastByte(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, content.length - 1));
  }
}
