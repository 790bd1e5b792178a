package io.shardyfusion.cli.cloudcheck;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.shardyfusion.cli.measuring.Figures;
import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The cost of a dataset in a month, by a list of prices. picocli fills the fields in. */
final class MonthlyCost {

  /** The source of the default prices. */
  static final String SOURCE =
      "AWS list prices for S3 Standard in us-east-1, https://aws.amazon.com/s3/pricing, as of 2025";

  private static final double MONTH_SECONDS = Duration.ofDays(30).toSeconds();
  private static final double GIGABYTE = 1e9;

  @Option(
      names = "--publishes",
      paramLabel = "N",
      description = "Backfills a month, for the estimate (default: ${DEFAULT-VALUE}: hourly).")
  @JsonProperty("publishes")
  long publishes = 720;

  @Option(
      names = "--kept",
      paramLabel = "N",
      description = "Versions that are kept, for the estimate (default: ${DEFAULT-VALUE}).")
  @JsonProperty("kept")
  long kept = 24;

  @Option(
      names = "--readers",
      paramLabel = "N",
      description = "Readers, for the estimate (default: ${DEFAULT-VALUE}).")
  @JsonProperty("readers")
  long readers = 10;

  @Option(
      names = "--refresh-seconds",
      paramLabel = "N",
      description =
          "How often a reader looks at the pointer, for the estimate (default: ${DEFAULT-VALUE}).")
  @JsonProperty("refresh_seconds")
  double refreshSeconds = 30;

  @Option(
      names = "--price-put",
      paramLabel = "USD",
      description = "Of 1000 PUTs (default: ${DEFAULT-VALUE}; " + SOURCE + ").")
  @JsonProperty("put_1000_usd")
  double put = 0.005;

  @Option(
      names = "--price-get",
      paramLabel = "USD",
      description = "Of 1000 GETs (default: 0.0004; likewise).")
  @JsonProperty("get_1000_usd")
  double get = 0.0004;

  @Option(
      names = "--price-storage",
      paramLabel = "USD",
      description = "Of a gigabyte a month (default: ${DEFAULT-VALUE}; likewise).")
  @JsonProperty("storage_gb_month_usd")
  double storage = 0.023;

  @Option(
      names = "--price-transfer",
      paramLabel = "USD",
      description = "Of a gigabyte that a reader downloads (default: 0, within a region).")
  @JsonProperty("transfer_gb_usd")
  double transfer;

  /** Returns whether no option is negative, or zero where that is no time. */
  boolean valid() {
    return Math.min(Math.min(publishes, kept), readers) >= 0
        && refreshSeconds > 0
        && Math.min(Math.min(put, get), Math.min(storage, transfer)) >= 0;
  }

  /** Adds the estimate for a dataset of those figures, which is published as a whole each time. */
  void estimate(Figures figures) {
    double puts = publishes * figures.get("write_puts");
    double gets =
        publishes * figures.get("write_gets")
            + readers * publishes * figures.get("prefetch_gets")
            + readers * (MONTH_SECONDS / refreshSeconds) * figures.get("idle_refresh_gets");
    double requests = (puts * put + gets * get) / 1000;
    double stored = kept * figures.get("write_bytes") / GIGABYTE * storage;
    double moved = readers * publishes * figures.get("prefetch_bytes") / GIGABYTE * transfer;
    figures
        .put("month_requests_usd", requests)
        .put("month_storage_usd", stored)
        .put("month_transfer_usd", moved)
        .put("month_usd", requests + stored + moved);
  }

  /** The assumptions of the estimate. */
  String assumptions() {
    return publishes
        + " backfills a month, "
        + kept
        + " versions kept, "
        + readers
        + " readers that look every "
        + text(refreshSeconds)
        + " s; 1000 PUTs $"
        + text(put)
        + ", 1000 GETs $"
        + text(get)
        + ", a GB stored $"
        + text(storage)
        + ", a GB downloaded $"
        + text(transfer);
  }

  private static String text(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
