package io.shardyfusion.job.input.files.listing;

import java.io.IOException;

/** Something that can never be read as it is: not the storage fails, but the thing is no input. */
public final class NotAnInputException extends IOException {

  private static final long serialVersionUID = 1L;

  NotAnInputException(String message) {
    super(message);
  }
}
