package io.shardyfusion.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.StoreOptions;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

class S3FailuresTest {

  @Test
  void aConnectionThatTheLimitOfOpenFilesForbidsIsNoMatterOfTheNetwork() {
    ShardyfusionException failure =
        new S3Failures(new S3Location("bucket", "cities"), StoreOptions.defaults())
            .explained(
                "read s3://bucket/cities/_CURRENT",
                SdkClientException.create("failed", new SocketException("Too many open files")));
    assertThat(failure)
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll("could not read s3://", "too many open files", "ulimit -n")
        .hasMessageNotContaining("check the endpoint");
  }
}
