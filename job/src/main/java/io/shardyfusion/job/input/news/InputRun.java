package io.shardyfusion.job.input.news;

import io.shardyfusion.store.StoreOptions;
import java.io.Serializable;

/**
 * The run that reads an input: its record is told what is wrong with the input.
 *
 * @param dataset the URI of the dataset that it writes
 * @param store how to reach that
 * @param runId the run, 32 lower-case hexadecimal digits
 */
public record InputRun(String dataset, StoreOptions store, String runId) implements Serializable {

  private static final long serialVersionUID = 1L;
}
