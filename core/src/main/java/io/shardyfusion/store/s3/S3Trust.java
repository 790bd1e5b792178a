package io.shardyfusion.store.s3;

import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Trust in the certificates of a file, and in no others. */
final class S3Trust {

  private S3Trust() {}

  /**
   * The trust managers that check a server's certificate against those of a PEM file.
   *
   * @throws InvalidRequestException if the file cannot be read, or holds no certificate
   */
  static TrustManager[] in(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new InvalidRequestException(
            "expected certificates (PEM) in " + file + ", found none");
      }
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate certificate : certificates) {
        trusted.setCertificateEntry("trusted-" + trusted.size(), certificate);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return factory.getTrustManagers();
    } catch (IOException e) {
      throw new InvalidRequestException(
          "cannot read the certificates to trust in " + file + ": " + e, e);
    } catch (GeneralSecurityException e) {
      throw new InvalidRequestException(
          "expected X.509 certificates (PEM) in " + file + ", found " + e.getMessage(), e);
    }
  }
}
