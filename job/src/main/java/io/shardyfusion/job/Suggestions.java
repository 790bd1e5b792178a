package io.shardyfusion.job;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Names that were perhaps meant: those of which a word is a beginning, or that are a typo away. */
final class Suggestions {

  private static final int MAX_SHOWN = 3;

  /** The length that a word must have to stand for the names that begin with it. */
  private static final int MIN_BEGINNING = 4;

  private Suggestions() {}

  /** A part of a sentence about an unknown {@code word}; empty where no name is close. */
  static String of(String word, Collection<String> names) {
    List<String> close =
        names.stream()
            .filter(name -> isClose(word, name))
            .sorted(
                Comparator.<String>comparingInt(name -> distance(word, name))
                    .thenComparing(name -> name))
            .limit(MAX_SHOWN)
            .toList();
    return close.isEmpty()
        ? ""
        : close.stream().collect(Collectors.joining("' or '", "; did you mean '", "'?"));
  }

  private static boolean isClose(String word, String name) {
    return (word.length() >= MIN_BEGINNING && name.startsWith(word))
        || distance(word, name) <= Math.min(word.length(), name.length()) / 4;
  }

  /** Characters to change, add, leave out or swap with the next one, to make one of the other. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int other = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + other, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
