package io.shardyfusion.shard.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

class RocksDbFailuresTest {

  private static final Path DIRECTORY = Path.of("shard");

  @Test
  void aFullDiskIsRecognised() {
    assertThat(
            RocksDbFailures.writing(
                4,
                DIRECTORY,
                rocks(Status.Code.IOError, Status.SubCode.NoSpace, "While appending")))
        .hasMessageContaining("shard 4")
        .hasMessageContaining("the disk is full; free space there");
    assertThat(RocksDbFailures.writing(4, DIRECTORY, new IOException("x: No space left on device")))
        .hasMessageContaining("the disk is full");
    assertThat(RocksDbFailures.writing(4, DIRECTORY, new IOException("denied")))
        .hasMessageContaining("IOException: denied");
  }

  @Test
  void corruptionIsDamageAndNamesTheFile() {
    ShardyfusionException e =
        RocksDbFailures.reading(
            4,
            DIRECTORY,
            rocks(
                Status.Code.Corruption,
                Status.SubCode.None,
                "block checksum mismatch in /d/000012.sst offset 0 size 10"));
    assertThat(e)
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("file 000012.sst")
        .hasMessageContaining("Corruption: block checksum mismatch")
        .hasCauseInstanceOf(RocksDBException.class);
  }

  @Test
  void aFileThatIsNotThereIsDamage() {
    RocksDBException gone =
        rocks(
            Status.Code.IOError,
            Status.SubCode.None,
            "No such file or directory: While open a file for random read: /d/000012.sst");
    assertThat(RocksDbFailures.reading(4, DIRECTORY, gone))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("file 000012.sst");
  }

  @ParameterizedTest
  @EnumSource(names = {"IOError", "TimedOut", "Busy", "TryAgain", "Aborted", "Incomplete"})
  void whatTheSystemCouldNotDoIsNotDamage(Status.Code code) {
    assertThat(
            RocksDbFailures.reading(
                4, DIRECTORY, rocks(code, Status.SubCode.None, "Too many open files")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("one of its files")
        .hasMessageContaining("Too many open files");
  }

  @Test
  void anExceptionWithoutStatusStillHasAMessage() {
    assertThat(RocksDbFailures.reading(4, DIRECTORY, new RocksDBException("odd")))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("odd");
  }

  private static RocksDBException rocks(Status.Code code, Status.SubCode subCode, String state) {
    return new RocksDBException(new Status(code, subCode, state));
  }
}
