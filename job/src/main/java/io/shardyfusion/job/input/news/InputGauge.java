package io.shardyfusion.job.input.news;

import java.io.Serializable;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * The gauge {@value #NAME} of a source: how many problems its input has, by the news of the
 * enumerator that there is now.
 *
 * <p>Belongs to the source. Flink makes the enumerator anew when a whole job restarts, but keeps
 * its metrics, the first of a name; so what is registered must outlive an enumerator.
 */
public final class InputGauge implements Serializable {

  /** The name of the metric. */
  static final String NAME = "unreadableInputs";

  private static final long serialVersionUID = 1L;

  private transient volatile @Nullable InputNews shown;

  private transient boolean isRegistered;

  /** Shows these news from now on. */
  public synchronized void show(InputNews news, MetricGroup metrics) {
    shown = news;
    if (!isRegistered) {
      isRegistered = true;
      metrics.gauge(NAME, this::count);
    }
  }

  private int count() {
    InputNews news = shown;
    return news == null ? 0 : news.count();
  }
}
