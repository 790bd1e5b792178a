package io.shardyfusion.job.input.kafka;

import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.RowOrigin;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Makes a raw row of each record, without a look at its bytes. */
final class RecordsAsRows implements KafkaRecordDeserializationSchema<RawRow> {

  private static final long serialVersionUID = 1L;
  private static final byte[] NOTHING = new byte[0];

  private transient RowOrigin.@Nullable InTopic origin;

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRow> out) {
    byte @Nullable [] value = record.value();
    byte[] data = value == null ? NOTHING : value;
    RawRow row =
        new RawRow(originOf(record), record.offset(), record.offset(), data, 0, data.length);
    row.recordKey = record.key();
    row.isTombstone = value == null;
    out.collect(row);
  }

  @Override
  public TypeInformation<RawRow> getProducedType() {
    return RawRow.TYPE;
  }

  private RowOrigin originOf(ConsumerRecord<?, ?> record) {
    RowOrigin.InTopic known = origin;
    if (known == null
        || known.partition() != record.partition()
        || !known.topic().equals(record.topic())) {
      known = new RowOrigin.InTopic(record.topic(), record.partition());
      origin = known;
    }
    return known;
  }
}
