package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.S3Encryption;
import io.shardyfusion.store.S3ObjectSettings;
import io.shardyfusion.store.StoreOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

class S3OptionsTest {

  private static final String ROLE = "arn:aws:iam::123456789012:role/writer";

  /** A command that has the options. */
  @Command
  private static final class Anything {
    @Mixin private S3Options s3 = new S3Options();
  }

  /** A command line, and what it makes of the defaults. */
  private record Case(List<String> line, StoreOptions expected) {

    @Override
    public String toString() {
      return String.join(" ", line);
    }
  }

  private static Case is(UnaryOperator<StoreOptions.Builder> change, String... line) {
    return new Case(List.of(line), change.apply(StoreOptions.builder()).build());
  }

  private static S3Credentials role(@Nullable String externalId, S3Credentials base) {
    return new S3Credentials.Role(ROLE, externalId, base);
  }

  /** Each option, with values that no other has. */
  static List<Case> cases() {
    return List.of(
        is(b -> b.s3Endpoint(URI.create("https://host:9000")), "--s3-endpoint=https://host:9000"),
        is(b -> b.s3Region("eu-central-1"), "--s3-region=eu-central-1"),
        is(b -> b.s3PathStyle(true), "--s3-path-style"),
        is(b -> b.s3Credentials(S3Credentials.profile("p")), "--s3-profile=p"),
        is(b -> b.s3Credentials(role(null, S3Credentials.chain())), "--s3-role=" + ROLE),
        is(
            b -> b.s3Credentials(role("customer-7", S3Credentials.profile("p"))),
            "--s3-role=" + ROLE,
            "--s3-external-id=customer-7",
            "--s3-profile=p"),
        is(b -> b.s3TrustedCertificates(Path.of("some/ca.pem")), "--s3-ca=some/ca.pem"),
        is(b -> b.s3Proxy(URI.create("http://proxy:3128")), "--s3-proxy=http://proxy:3128"),
        is(b -> b.callTimeout(Duration.ofSeconds(7)), "--s3-call-timeout=7s"),
        is(b -> b.silenceTimeout(Duration.ofMillis(300)), "--s3-silence-timeout=300ms"),
        is(b -> b.transferTimeout(Duration.ofMinutes(11)), "--s3-transfer-timeout=11m"),
        is(b -> b.s3Checksums(false), "--s3-checksums=off"),
        is(b -> b.s3ConditionalWrites(S3ConditionalWrites.ETAG), "--s3-conditional-writes=etag"),
        is(
            b -> b.s3ConditionalWrites(S3ConditionalWrites.GENERATION),
            "--s3-conditional-writes=generation"),
        is(b -> b.s3ConditionalWrites(S3ConditionalWrites.NONE), "--s3-conditional-writes=none"),
        is(b -> b.allowUnfenced(true), "--allow-unfenced"),
        is(b -> b.s3Objects(objects(new S3Encryption.Managed(), null)), "--s3-encryption=s3"),
        is(b -> b.s3Objects(objects(new S3Encryption.Kms(null), null)), "--s3-encryption=kms"),
        is(
            b -> b.s3Objects(objects(new S3Encryption.Kms("alias/x"), null)),
            "--s3-encryption=kms:alias/x"),
        is(b -> b.s3Objects(objects(null, "STANDARD_IA")), "--s3-storage-class=STANDARD_IA"),
        is(
            b -> b.s3Objects(new S3ObjectSettings(null, null, Map.of("a", "b=c", "d", "e & f"))),
            "--s3-tag=a=b=c",
            "--s3-tag=d=e & f"),
        is(b -> b.s3RequesterPays(true), "--s3-requester-pays"),
        is(b -> b.userAgentSuffix("job/nightly"), "--s3-user-agent=job/nightly"));
  }

  private static S3ObjectSettings objects(
      @Nullable S3Encryption encryption, @Nullable String storageClass) {
    return new S3ObjectSettings(encryption, storageClass, Map.of());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anOptionReachesItsFieldAndNoOther(Case each) {
    assertThat(parsed(each.line)).isEqualTo(each.expected).isNotEqualTo(StoreOptions.defaults());
  }

  @Test
  void everyOptionIsTried() {
    Set<String> tried =
        cases().stream()
            .map(Case::line)
            .flatMap(Collection::stream)
            .map(word -> word.replaceFirst("=.*", ""))
            .filter(word -> word.startsWith("--"))
            .collect(Collectors.toSet());
    assertThat(
            new CommandLine(new Anything())
                .getCommandSpec().options().stream().map(OptionSpec::longestName))
        .containsExactlyInAnyOrderElementsOf(tried);
  }

  @Test
  void whatIsSaidOfTheObjectsGoesTogether() {
    assertThat(
            parsed(List.of("--s3-encryption=kms", "--s3-storage-class=IA", "--s3-tag=team=search"))
                .s3Objects())
        .isEqualTo(
            new S3ObjectSettings(new S3Encryption.Kms(null), "IA", Map.of("team", "search")));
  }

  @Test
  void nothingSaidIsTheDefault() {
    assertThat(parsed(List.of())).isEqualTo(StoreOptions.defaults());
    assertThat(parsed(List.of("--s3-checksums=on", "--s3-conditional-writes=probe")))
        .isEqualTo(StoreOptions.defaults());
  }

  @ParameterizedTest
  @CsvSource({
    "--s3-endpoint=host:9000, https://host:port",
    "--s3-proxy=proxy:3128, http://host:port",
    "--s3-region=, region",
    "--s3-profile=, profile",
    "--s3-role=writer, arn:aws:iam",
    "--s3-external-id=x, --s3-role",
    "--s3-call-timeout=7, --s3-call-timeout '7' is no duration",
    "--s3-silence-timeout=7, --s3-silence-timeout '7' is no duration",
    "--s3-transfer-timeout=7, --s3-transfer-timeout '7' is no duration",
    "--s3-transfer-timeout=25h, from a millisecond to a day",
    "--s3-checksums=no, on or off",
    "--s3-conditional-writes=ETag, 'ETag'",
    "--s3-encryption=aes, 'aes'",
    "--s3-storage-class=cold, 'cold'",
    "--s3-tag==x, object tag",
  })
  void whatCannotBeUsedIsRefused(String option, String message) {
    assertThatThrownBy(() -> parsed(List.of(option)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(message);
  }

  private static StoreOptions parsed(List<String> line) {
    Anything command = new Anything();
    new CommandLine(command).parseArgs(line.toArray(String[]::new));
    return command.s3.toStoreOptions();
  }
}
