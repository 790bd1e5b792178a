package io.shardyfusion.cli.frame;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The surroundings of a command: its streams, and whether a person looks at them.
 *
 * @param in standard input
 * @param out standard output, unbuffered; nothing but a command's result goes there
 * @param err messages and progress; every line is flushed
 * @param outIsTerminal whether {@code out} is a terminal
 * @param errIsTerminal whether {@code err} is a terminal
 * @param environment the environment variables
 */
public record Terminal(
    InputStream in,
    OutputStream out,
    PrintWriter err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Map<String, String> environment) {

  /** The property by which {@code bin/shardy} says which of its streams are terminals. */
  private static final String TERMINALS = "shardyfusion.terminals";

  /**
   * The property by which {@code bin/shardy} says that it was started with standard input closed,
   * {@code closed}. Only that script knows: to Java it is the first file that Java itself opened.
   */
  private static final String STDIN = "shardyfusion.stdin";

  public Terminal {
    environment = Map.copyOf(environment);
  }

  /** The streams of this process. */
  public static Terminal system() {
    String terminals = System.getProperty(TERMINALS, "none");
    return new Terminal(
        "closed".equals(System.getProperty(STDIN)) ? new ClosedInput() : System.in,
        // Not System.out, which hides that the other end was closed.
        new FileOutputStream(FileDescriptor.out),
        new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true),
        terminals.contains("out"),
        terminals.contains("err"),
        System.getenv());
  }
}
