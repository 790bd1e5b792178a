package io.shardyfusion.store.s3;

import io.shardyfusion.StorageException;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectKeys;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The objects of an S3 prefix, one page of at most 1 000 in memory. */
final class S3Listing implements Iterator<ObjectInfo> {

  /** Makes one request. */
  interface Pages {
    ListObjectsV2Response page(ListObjectsV2Request request);
  }

  private final Pages pages;
  private final UnaryOperator<String> relative;
  private @Nullable ListObjectsV2Request request;
  private Iterator<S3Object> page = Collections.emptyIterator();
  private @Nullable ObjectInfo next;

  /**
   * A listing that has asked nothing yet.
   *
   * @param relative makes a key of the bucket one of the store
   */
  S3Listing(Pages pages, ListObjectsV2Request first, UnaryOperator<String> relative) {
    this.pages = pages;
    this.relative = relative;
    this.request = first;
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      if (page.hasNext()) {
        next = info(page.next());
      } else if (request != null) {
        ListObjectsV2Response response = pages.page(request);
        String token = next(request, response);
        request = token == null ? null : request.toBuilder().continuationToken(token).build();
        page = response.contents().iterator();
      } else {
        return false;
      }
    }
    return true;
  }

  @Override
  public ObjectInfo next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    ObjectInfo result = next;
    next = null;
    return result;
  }

  /** The token of the next page, or null after the last. */
  private static @Nullable String next(ListObjectsV2Request asked, ListObjectsV2Response response) {
    String token = response.nextContinuationToken();
    if (token == null
        ? Boolean.TRUE.equals(response.isTruncated())
        : token.equals(asked.continuationToken())) {
      throw new StorageException(
          "could not list s3://"
              + asked.bucket()
              + "/"
              + asked.prefix()
              + ": the server says that there is more, but not where it goes on");
    }
    return token;
  }

  /**
   * The listed facts about an object; null if its key is not a valid one, such as that of a
   * console's folder.
   */
  private @Nullable ObjectInfo info(S3Object object) {
    String key = relative.apply(object.key());
    return ObjectKeys.valid(key) ? new ObjectInfo(key, object.size(), object.lastModified()) : null;
  }
}
