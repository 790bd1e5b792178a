package io.shardyfusion;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version of shardyfusion that is running. */
public final class SoftwareVersion {

  private static final String RESOURCE = "version.properties";

  private SoftwareVersion() {}

  /** The version, for example {@code 0.1.0}. */
  public static String current() {
    Properties properties = new Properties();
    try (InputStream in = SoftwareVersion.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "the resource io/shardyfusion/" + RESOURCE + " is not on the class path");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new IllegalStateException(
          "the resource io/shardyfusion/" + RESOURCE + " cannot be read", e);
    }
    return properties.getProperty("version", "unknown");
  }
}
