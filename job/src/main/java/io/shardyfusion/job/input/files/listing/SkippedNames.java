package io.shardyfusion.job.input.files.listing;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Names that are left out where a directory or a glob has them: hidden ones, and those that
 * editors, copies and downloads leave while they work or afterwards.
 */
final class SkippedNames {

  /** Endings of the names that tools leave, in any case. */
  private static final List<String> ENDINGS =
      List.of(
          "~",
          ".swp",
          ".swo",
          ".swx",
          ".tmp",
          ".temp",
          ".bak",
          ".part",
          ".partial",
          ".filepart",
          ".inprogress",
          ".crdownload",
          ".download",
          ".opdownload",
          ".aria2",
          "._copying_");

  private static final Set<String> NAMES = Set.of("thumbs.db", "desktop.ini");

  private SkippedNames() {}

  /** Returns whether a name is left out. */
  static boolean skips(String name) {
    return isHidden(name) || isLeftByTools(name);
  }

  /** Returns whether a name is hidden: nothing is said of it. */
  static boolean isHidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  /** Returns whether a tool left it, which is said, because it may be data. */
  static boolean isLeftByTools(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(lower::endsWith)
        || name.startsWith("~$")
        || (name.length() > 1 && name.startsWith("#") && name.endsWith("#"))
        || lower.contains(".inprogress.")
        || NAMES.contains(lower);
  }
}
