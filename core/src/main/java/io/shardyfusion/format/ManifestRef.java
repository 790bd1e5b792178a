package io.shardyfusion.format;

import java.io.Serializable;

/**
 * A reference to a manifest, with the digest that proves it.
 *
 * @param object the manifest's key, relative to the dataset
 * @param sha256 the digest of the manifest's bytes
 */
public record ManifestRef(String object, Sha256 sha256) implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Checks the key. */
  public ManifestRef {
    Layout.checkManifest(object);
  }
}
