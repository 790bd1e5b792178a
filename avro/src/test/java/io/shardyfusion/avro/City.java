package io.shardyfusion.avro;

import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/** A record as Avro's code generator makes them: of a reader that is ahead of some writers. */
public final class City extends SpecificRecordBase {

  private static final long serialVersionUID = 1L;

  /** The schema that the class was made of; Avro looks for this name. */
  public static final Schema SCHEMA$ =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "City", "namespace": "io.shardyfusion.avro", "fields": [
                {"name": "name", "type": "string", "aliases": ["label"]},
                {"name": "population", "type": "long"},
                {"name": "country", "type": "string", "default": "?"}]}
              """);

  private String name = "";
  private long population;
  private String country = "";

  /** For Avro. */
  public City() {}

  @Override
  public Schema getSchema() {
    return SCHEMA$;
  }

  @Override
  public Object get(int field) {
    return switch (field) {
      case 0 -> name;
      case 1 -> population;
      default -> country;
    };
  }

  @Override
  public void put(int field, Object value) {
    switch (field) {
      case 0 -> name = value.toString();
      case 1 -> population = (Long) value;
      default -> country = value.toString();
    }
  }

  @Override
  public String toString() {
    return name + " " + population + " " + country;
  }
}
