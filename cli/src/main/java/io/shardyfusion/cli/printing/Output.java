package io.shardyfusion.cli.printing;

import io.shardyfusion.StorageException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Standard output, buffered. A stream whose other end was closed is an {@link
 * OutputClosedException}; any other failure, such as a full disk, a {@link StorageException}. Not
 * thread-safe.
 */
public final class Output implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 16;

  private final OutputStream out;

  /** True if a write has failed, and was told; nothing more is written then. */
  private boolean failed;

  public Output(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
  }

  void write(byte[] bytes) {
    if (failed) {
      return;
    }
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void write(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  void flush() {
    if (failed) {
      return;
    }
    try {
      out.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Flushes; standard output stays open. */
  @Override
  public void close() {
    flush();
  }

  private RuntimeException failed(IOException e) {
    failed = true;
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("broken pipe") || message.contains("closed")) {
      return new OutputClosedException(e);
    }
    return new StorageException("standard output could not be written: " + e.getMessage(), e);
  }
}
