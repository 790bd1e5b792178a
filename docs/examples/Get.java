import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import java.time.Duration;

/**
 * Prints the value of one integer key: {@code java -cp 'lib/*' Get.java DATASET KEY}. It ends with
 * 1 if the key is not there.
 */
public final class Get {

  private Get() {}

  public static void main(String[] args) {
    ReaderOptions options = ReaderOptions.builder(args[0]).refreshInterval(Duration.ZERO).build();
    byte[] value;
    try (ShardedReader reader = ShardedReader.open(options)) {
      value = reader.get(Long.parseLong(args[1]));
    }
    if (value == null) {
      System.exit(1);
    }
    System.out.println(new String(value, UTF_8));
  }
}
