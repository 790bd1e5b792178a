package io.shardyfusion.cli.measuring;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures of one benchmark, by name, in the order in which they were put. Not thread-safe. */
public final class Figures {

  private final Map<String, Number> figures = new LinkedHashMap<>();

  /** Puts a figure that does not spread. */
  public Figures put(String name, Number value) {
    figures.put(name, value instanceof Double ? rounded(value.doubleValue()) : value);
    return this;
  }

  /** Puts the median of one figure for each round, and how far they spread. */
  public Figures put(String name, double[] rounds) {
    Spread spread = Spread.of(rounds);
    put(name, spread.median());
    put(name + "_min", spread.min());
    return put(name + "_max", spread.max());
  }

  public double get(String name) {
    Number figure = figures.get(name);
    if (figure == null) {
      throw new IllegalArgumentException("there is no figure " + name + " in " + figures.keySet());
    }
    return figure.doubleValue();
  }

  public Map<String, Number> asMap() {
    return figures;
  }

  /** The names, but those of spreads. */
  public List<String> names() {
    return figures.keySet().stream()
        .filter(name -> !name.endsWith("_min") && !name.endsWith("_max"))
        .toList();
  }

  /** For each round, the first divided by the second. */
  public static double[] ratios(double[] dividends, double[] divisors) {
    double[] ratios = new double[dividends.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = dividends[i] / divisors[i];
    }
    return ratios;
  }

  /** Prints a table of those columns, a line a benchmark, with the spread where there is one. */
  public static void print(PrintWriter out, Map<String, Figures> results, List<String> columns) {
    int first = results.keySet().stream().mapToInt(String::length).max().orElse(0);
    Map<String, Integer> widths = new LinkedHashMap<>();
    for (String column : columns) {
      int widest = results.values().stream().mapToInt(f -> f.cell(column).length()).max().orElse(0);
      widths.put(column, Math.max(widest, column.length()) + 2);
    }
    StringBuilder head = new StringBuilder(" ".repeat(first));
    widths.forEach((column, width) -> head.append(right(column, width)));
    out.println(head);
    results.forEach(
        (name, figures) -> {
          StringBuilder row = new StringBuilder(name + " ".repeat(first - name.length()));
          widths.forEach((column, width) -> row.append(right(figures.cell(column), width)));
          out.println(row);
        });
    out.flush();
  }

  private String cell(String column) {
    Number figure = figures.get(column);
    if (figure == null) {
      return "";
    }
    Number min = figures.get(column + "_min");
    Number max = figures.get(column + "_max");
    return min == null || max == null
        ? text(figure)
        : text(figure) + " (" + text(min) + " to " + text(max) + ")";
  }

  /** A figure as tables show it; null: nothing. */
  public static String text(@Nullable Number figure) {
    if (figure == null) {
      return "";
    }
    if (figure instanceof Double && Math.abs(figure.doubleValue()) < 100) {
      return String.format(Locale.ROOT, "%.3f", figure.doubleValue());
    }
    return String.format(Locale.ROOT, "%,d", Math.round(figure.doubleValue()));
  }

  private static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
