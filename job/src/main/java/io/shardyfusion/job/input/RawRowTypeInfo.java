package io.shardyfusion.job.input;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** The type of {@link RawRow}s in a stream. */
final class RawRowTypeInfo extends TypeInformation<RawRow> {

  private static final long serialVersionUID = 1L;

  static final RawRowTypeInfo INSTANCE = new RawRowTypeInfo();

  private RawRowTypeInfo() {}

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<RawRow> getTypeClass() {
    return RawRow.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<RawRow> createSerializer(SerializerConfig config) {
    return RawRowSerializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "RawRow";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawRowTypeInfo;
  }

  @Override
  public int hashCode() {
    return RawRowTypeInfo.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof RawRowTypeInfo;
  }
}
