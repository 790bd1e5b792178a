package io.shardyfusion.avro;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.InvalidRequestException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

final class AvroRoundTripProperties {

  private static final List<String> TYPES =
      List.of(
          "\"int\"",
          "\"long\"",
          "\"string\"",
          "\"boolean\"",
          "[\"null\",\"string\"]",
          "{\"type\":\"array\",\"items\":\"long\"}",
          "{\"type\":\"map\",\"values\":\"int\"}");

  @Property(tries = 300)
  void anyRecordComesBackAndNoneThatIsCutDoes(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    int[] types = random.ints(1 + random.nextInt(6), 0, TYPES.size()).toArray();
    Schema schema = schema(types);
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < types.length; i++) {
      record.put(i, value(types[i], random));
    }
    byte[] bytes = bytes(record);
    AvroValueDecoder<GenericRecord> decoder = AvroValueDecoder.generic().writtenBy(schema);

    assertThat(bytes(decoder.decode(bytes))).isEqualTo(bytes);
    for (int cut = 0; cut < bytes.length; cut++) {
      assertThat(isTaken(decoder, Arrays.copyOf(bytes, cut))).as("cut to %d", cut).isFalse();
    }
  }

  /** Damaged bytes are another record, or refused, and never an error of the machine. */
  @Property(tries = 500)
  void anyBytesAreARecordOrRefused(@ForAll byte[] bytes, @ForAll long seed) {
    int[] types = new Random(seed).ints(4, 0, TYPES.size()).toArray();
    AvroValueDecoder<GenericRecord> decoder = AvroValueDecoder.generic().writtenBy(schema(types));
    isTaken(decoder, bytes);
  }

  private static boolean isTaken(AvroValueDecoder<GenericRecord> decoder, byte[] bytes) {
    try {
      return decoder.decode(bytes) != null;
    } catch (InvalidRequestException e) {
      throw new AssertionError(e);
    } catch (Exception e) {
      return false;
    }
  }

  private static Schema schema(int[] types) {
    String fields =
        String.join(
            ",",
            IntStream.range(0, types.length)
                .mapToObj(i -> "{\"name\":\"f%s\",\"type\":%s}".formatted(i, TYPES.get(types[i])))
                .toList());
    return new Schema.Parser()
        .parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}");
  }

  private static Object value(int type, Random random) {
    return switch (type) {
      case 0 -> random.nextInt();
      case 1 -> random.nextLong();
      case 2 -> "s" + random.nextInt(1000);
      case 3 -> random.nextBoolean();
      case 4 -> "t" + random.nextInt(1000);
      case 5 -> random.longs(random.nextInt(5)).boxed().toList();
      default -> Map.of("k", random.nextInt());
    };
  }

  private static byte[] bytes(GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
