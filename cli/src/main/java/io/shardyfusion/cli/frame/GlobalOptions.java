package io.shardyfusion.cli.frame;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.cli.printing.OutputFormat;
import io.shardyfusion.cli.printing.ValueEncoding;
import io.shardyfusion.job.S3Options;
import io.shardyfusion.job.ValueErrors;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every command, before or after its name. picocli fills the fields in. */
public final class GlobalOptions {

  static final String NO_DATASET =
      "no dataset given: use -d URI, or set the environment variable SHARDY_DATASET";

  @Option(
      names = {"-d", "--dataset"},
      paramLabel = "URI",
      scope = ScopeType.INHERIT,
      description =
          "The dataset: s3://bucket/prefix, file:///dir or a local path (or SHARDY_DATASET).")
  private @Nullable String dataset;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json|jsonl|table|text",
      scope = ScopeType.INHERIT,
      converter = OutputFormat.Converter.class,
      description = "The form of the result: table on a terminal, else jsonl.")
  private @Nullable OutputFormat output;

  @Option(
      names = "--value-encoding",
      paramLabel = "utf8|base64|hex",
      scope = ScopeType.INHERIT,
      converter = ValueEncoding.Converter.class,
      description = "How values are written: utf8 where the bytes are valid UTF-8, else base64.")
  private @Nullable ValueEncoding valueEncoding;

  @Option(
      names = "--at",
      paramLabel = "VERSION|MANIFEST_REF",
      scope = ScopeType.INHERIT,
      description = "Read this version instead of the current one.")
  private @Nullable String at;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Where downloaded files are kept for the next command.")
  private @Nullable Path cache;

  @Mixin private S3Options s3 = new S3Options();

  /** Read before the rest is parsed, by {@link ConfigFile}; here for the help and the check. */
  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "A YAML file with any of the long options; the command line overrides it.")
  @SuppressWarnings("UnusedVariable")
  private @Nullable Path config;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  private boolean stacktrace;

  /**
   * The dataset's URI.
   *
   * @throws InvalidRequestException if none was given
   */
  public String dataset() {
    if (dataset == null || dataset.isEmpty()) {
      throw new InvalidRequestException(NO_DATASET);
    }
    return dataset;
  }

  /** Adds what is wrong with the dataset, how to reach it, and what to read of it. */
  void check(ValueErrors errors) {
    StoreOptions store = s3.toStoreOptions(errors);
    String uri = dataset;
    if (uri == null || uri.isEmpty()) {
      errors.add(NO_DATASET);
    } else {
      errors.check(() -> ObjectStores.open(uri, store).close());
    }
    errors.checkGiven(at, version -> ReaderOptions.builder("any").at(version));
  }

  OutputFormat output(Terminal terminal) {
    if (output != null) {
      return output;
    }
    return terminal.outIsTerminal() ? OutputFormat.TABLE : OutputFormat.JSONL;
  }

  public ValueEncoding valueEncoding() {
    return valueEncoding == null ? ValueEncoding.UTF8 : valueEncoding;
  }

  /** The version or manifest to read, or null for the current one. */
  @Nullable
  public String at() {
    return at;
  }

  /** The options of a reader of the chosen version. */
  public ReaderOptions readerOptions() {
    return readerOptions(at);
  }

  /**
   * The options of a reader of {@code version}, a number or a manifest; the current version if it
   * is null.
   */
  public ReaderOptions readerOptions(@Nullable String version) {
    ReaderOptions.Builder builder =
        ReaderOptions.builder(dataset()).store(storeOptions()).refreshInterval(Duration.ZERO);
    if (cache != null) {
      builder.cacheDirectory(cache);
    }
    if (version != null) {
      builder.at(version);
    }
    return builder.build();
  }

  /** The directory of the reader's cache, or null for its default. */
  @Nullable
  public Path cache() {
    return cache;
  }

  public StoreOptions storeOptions() {
    return s3.toStoreOptions();
  }

  public boolean stacktrace() {
    return stacktrace;
  }
}
