package io.shardyfusion.key;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** One key in all its forms, whichever its type. */
class KeyTest {

  @Property
  void aKeyIsReadBackFromEachOfItsForms(@ForAll("keys") Key key) {
    byte[] text = key.text().getBytes(UTF_8);

    assertThat(Key.ofObject(key.value())).isEqualTo(key).hasSameHashCodeAs(key);
    assertThat(Key.parse(key.type(), key.text())).isEqualTo(key);
    assertThat(Key.parseExact(key.type(), text, 0, text.length)).isEqualTo(key);
    assertThat(key.value()).isInstanceOf(key.type().valueClass());
    KeyEncoding encoding = key.type().defaultEncoding();
    assertThat(encoding.decode(key.stored(encoding))).isEqualTo(key);
  }

  @Property
  void aTextThatIsReadExactlyIsTheOneTextOfItsKey(
      @ForAll KeyType type, @ForAll("texts") String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    Key key;
    try {
      key = Key.parseExact(type, utf8, 0, utf8.length);
    } catch (InvalidRequestException refused) {
      return;
    }
    boolean isZero = type == KeyType.LONG && text.equals("-0");
    assertThat(key.text()).isEqualTo(isZero ? "0" : text);
    assertThat(Key.parse(type, text)).isEqualTo(key);
  }

  @Example
  void everyGoldenKeyHasTheStatedCanonicalBytes() throws IOException {
    Path file =
        Path.of(
            System.getProperty("shardyfusion.root"),
            "src-test-resources",
            "golden",
            "routing.jsonl");
    try (var values =
        new ObjectMapper().readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
      List<JsonNode> vectors = values.readAll();
      for (JsonNode vector : vectors) {
        KeyType type = KeyType.of(vector.get("type").textValue());
        String stated = vector.get("key").textValue();
        Key key =
            type == KeyType.BYTES
                ? Key.of(HexFormat.of().parseHex(stated))
                : Key.parse(type, stated);
        assertThat(HexFormat.of().formatHex(key.canonical()))
            .as("%s", vector)
            .isEqualTo(vector.get("canonical").textValue());
      }
      assertThat(vectors).hasSize(295);
    }
  }

  @Example
  void aPersonMayWriteLeadingZerosAndLeaveThePaddingOut() {
    assertThat(Key.parse(KeyType.LONG, "-007")).isEqualTo(Key.of(-7));
    assertThat(Key.parse(KeyType.BYTES, "AQ")).isEqualTo(Key.of(new byte[] {1}));
    assertThat(Key.parse(KeyType.STRING, "007")).isEqualTo(Key.of("007"));
    refused(() -> exact(KeyType.LONG, "-007"), "no leading zeros, no plus), found \"-007\"");
    refused(() -> exact(KeyType.BYTES, "AQ"), "padded with =), found \"AQ\"");
    refused(() -> exact(KeyType.BYTES, "AR=="), "padded with =), found \"AR==\"");
  }

  @Example
  void whatWritesNoKeyIsRefusedByWhatItIs() {
    refused(() -> Key.parse(KeyType.LONG, "+7"), "the key '+7' is no whole number");
    refused(() -> Key.parse(KeyType.LONG, "9223372036854775808"), "out of the range of a 64-bit");
    refused(() -> Key.parse(KeyType.BYTES, "ä"), "the key 'ä' is not base64");
    refused(
        () -> exact(KeyType.LONG, "9223372036854775808"), "is out of range: -92233720368547758");
    refused(() -> Key.parse(KeyType.LONG, "x".repeat(5000)), "(5000 characters)");
    refused(() -> Key.of("a\uD800"), "unpaired surrogate");
    refused(() -> Key.of(new byte[KeyEncoding.MAX_KEY_BYTES + 1]), "65537 bytes is longer");
  }

  @Example
  void onlyWhatIsAKeyIsMadeOne() {
    assertThat(Key.ofObject((short) 7)).isEqualTo(Key.of(7)).isNotEqualTo(Key.of("7"));
    assertThat(Key.ofObject(Key.of("a"))).isEqualTo(Key.of("a"));
    refused(
        () -> Key.ofObject(null),
        "a null key cannot be used: a key is a Long, a String or a byte[]");
    refused(() -> Key.ofObject(new Date(0)), "of java.util.Date cannot be used: a key is a Long,");
  }

  @Example
  void whoHandsBytesOverMayChangeThemLater() {
    byte[] bytes = {1, 2};
    Key key = Key.of(bytes);
    bytes[0] = 9;
    ((byte[]) key.value())[1] = 9;

    assertThat(key).isEqualTo(Key.of(new byte[] {1, 2})).hasToString("0102");
  }

  @Example
  void aKeyIsNeverStoredByAnEncodingOfAnotherType() {
    refused(() -> Key.of("a").stored(KeyEncoding.I64), "the string key 'a' does not fit");
    refused(() -> Key.of(1).stored(KeyEncoding.UTF8), "the integer key 1 does not fit");
    refused(() -> Key.of(new byte[] {1}).stored(KeyEncoding.UTF8), "the bytes key 01 does not fit");
    refused(() -> Key.of(-1).stored(KeyEncoding.U32BE), "out of the range of the key encoding u32");
  }

  @Provide
  Arbitrary<Key> keys() {
    return Arbitraries.oneOf(
        Arbitraries.longs().map(Key::of),
        Arbitraries.strings().ofMaxLength(20).filter(KeyTest::hasUtf8Form).map(Key::of),
        Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(Key::of));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().withChars("-+0123456789").ofMaxLength(4),
        Arbitraries.strings().withChars("ABQg/+=").ofMaxLength(8),
        Arbitraries.strings().ofMaxLength(8).filter(KeyTest::hasUtf8Form));
  }

  private static boolean hasUtf8Form(String text) {
    return text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
  }

  private static Key exact(KeyType type, String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    return Key.parseExact(type, utf8, 0, utf8.length);
  }

  private static void refused(Runnable call, String why) {
    assertThatThrownBy(call::run)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(why);
  }
}
