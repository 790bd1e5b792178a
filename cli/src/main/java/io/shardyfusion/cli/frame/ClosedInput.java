package io.shardyfusion.cli.frame;

import io.shardyfusion.InvalidRequestException;
import java.io.InputStream;

/** Standard input where it is closed: to read it is an error, and never reads something else. */
final class ClosedInput extends InputStream {

  @Override
  public int read() {
    throw new InvalidRequestException(
        "standard input is closed; give it what to read, or </dev/null for nothing");
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    return read();
  }
}
