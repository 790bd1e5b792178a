package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.files.listing.LocalPaths;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/** A file of this machine, by the bytes of its name, whatever the locale. */
final class LocalInput extends FSDataInputStream {

  private final FileChannel channel;
  private final InputStream in;

  private LocalInput(FileChannel channel) {
    this.channel = channel;
    this.in = Channels.newInputStream(channel);
  }

  static LocalInput open(Path path) throws IOException {
    try {
      return new LocalInput(FileChannel.open(LocalPaths.toFile(path), StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw new IOException("it is not there any longer", e);
    }
  }

  @Override
  public void seek(long position) throws IOException {
    channel.position(position);
  }

  @Override
  public long getPos() throws IOException {
    return channel.position();
  }

  @Override
  public int read() throws IOException {
    return in.read();
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    return in.read(into, offset, length);
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
