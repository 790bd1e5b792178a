package io.shardyfusion.format;

/**
 * A reference to a manifest, with the digest that proves it.
 *
 * @param object the manifest's key, relative to the dataset
 * @param sha256 the digest of the manifest's bytes
 */
public record ManifestRef(String object, Sha256 sha256) {

  /** Checks the key. */
  public ManifestRef {
    Layout.checkManifest(object);
  }
}
