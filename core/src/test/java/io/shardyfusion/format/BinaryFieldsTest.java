package io.shardyfusion.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class BinaryFieldsTest {

  @Test
  void allBytesMustBeOfTheValueUnlessOthersMayFollow() throws IOException {
    byte[] bytes = {0, 0, 0, 7, 1};

    assertRefused(
        bytes,
        BinaryFields::smallInteger,
        "it is damaged: expected nothing after its last field, found 1 bytes more");
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    assertThat(BinaryFields.<Integer>readNext("it", in, BinaryFields::smallInteger)).isEqualTo(7);
    assertThat(BinaryFields.<Boolean>readNext("it", in, f -> f.flag("f"))).isTrue();
  }

  @Test
  void bytesThatEndTooEarlyAreRefusedAndNoRoomIsMadeForThem() {
    assertRefused(new byte[3], BinaryFields::smallInteger, "it is damaged: it ends too early");
    assertRefused(hex("0009"), BinaryFields::text, "it is damaged: it ends too early");
    assertRefused(
        hex("7fffffff00"),
        f -> f.bytes("the part"),
        "the part must have 2147483647 bytes, found 1 and no more");
  }

  @Test
  void aNegativeSizeIsRefused() {
    assertRefused(
        hex("ffffffff"),
        f -> f.bytes("the part"),
        "the size of the part must be at least 0, found -1");
    assertRefused(
        hex("fffffffe"), f -> String.valueOf(f.nullableBytes("the part") == null), "found -2");
    assertRefused(hex("80000000"), f -> f.list("parts", g -> 1), "the size of parts");
    assertRefused(hex("80000000"), f -> f.integers("counters"), "the size of counters");
  }

  @Test
  void whatIsNoFlagTextDigestKeyOrManifestIsRefusedByItsName() {
    assertRefused(hex("02"), f -> f.flag("whole"), "it is damaged: whole must be 0 or 1, found 2");
    assertRefused(hex("0001ff"), BinaryFields::text, "it is damaged: it has text that is none");
    assertRefused(hex("000161"), f -> f.hexDigest("sha256"), "sha256: expected 64 lower-case");
    assertRefused(hex("01000258" + "59"), f -> List.of(f.nullableHex("key")), "key: expected");
    assertRefused(hex("000161"), f -> f.manifest("parent"), "parent: expected a reference");
    assertRefused(
        hex(""),
        f -> new Pin(0, Samples.CREATED, null),
        "it is damaged: version must be at least 1, found 0");
  }

  @Test
  void aDigestIs32BytesOr64Digits() {
    Sha256 digest = Sha256.of(new byte[] {1});
    byte[] raw = HexFormat.of().parseHex(digest.hex());

    assertThat(BinaryFields.<Sha256>read("it", raw, f -> f.digest("sha256"))).isEqualTo(digest);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static <T> void assertRefused(byte[] bytes, BinaryFields.Form<T> form, String message) {
    assertThatThrownBy(() -> BinaryFields.read("it", bytes, form))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining(message);
  }
}
