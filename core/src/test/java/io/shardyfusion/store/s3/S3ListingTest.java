package io.shardyfusion.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.StorageException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Pages as no sound server sends them; those of sound ones are in the contract's test. */
class S3ListingTest {

  private static final ListObjectsV2Request FIRST =
      ListObjectsV2Request.builder().bucket("bucket").prefix("data/").build();

  @Test
  void aListingThatGoesOnNowhereIsNoShorterListing() {
    S3Listing listing = listing(page(true, null));
    assertThatThrownBy(listing::hasNext)
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContainingAll("s3://bucket/data/", "where it goes on");
  }

  @Test
  void aListingThatGoesOnWhereItWasIsNotEndless() {
    S3Listing listing = listing(page(true, "1"), page(true, "1"));
    assertThatThrownBy(() -> listing.forEachRemaining(object -> {}))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("where it goes on");
  }

  @Test
  void anEmptyPageIsNotTheEnd() {
    ListObjectsV2Response empty =
        ListObjectsV2Response.builder().isTruncated(true).nextContinuationToken("1").build();
    List<String> keys = new ArrayList<>();
    listing(empty, page(false, null)).forEachRemaining(object -> keys.add(object.key()));
    assertThat(keys).containsExactly("a");
  }

  private static S3Listing listing(ListObjectsV2Response... pages) {
    List<ListObjectsV2Response> left = new ArrayList<>(List.of(pages));
    return new S3Listing(request -> left.remove(0), FIRST, UnaryOperator.identity());
  }

  private static ListObjectsV2Response page(boolean truncated, @Nullable String token) {
    return ListObjectsV2Response.builder()
        .contents(S3Object.builder().key("a").size(1L).lastModified(Instant.EPOCH).build())
        .isTruncated(truncated)
        .nextContinuationToken(token)
        .build();
  }
}
