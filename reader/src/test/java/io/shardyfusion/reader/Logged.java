package io.shardyfusion.reader;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What readers log as warnings and errors while this is open. */
final class Logged extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.shardyfusion");
  private final List<String> messages = new CopyOnWriteArrayList<>();

  Logged() {
    setContext(logger.getLoggerContext());
    start();
    logger.addAppender(this);
  }

  /** The messages so far, in order. */
  List<String> messages() {
    return List.copyOf(messages);
  }

  /** Those that have all of these texts. */
  List<String> messages(String... texts) {
    return messages.stream().filter(m -> List.of(texts).stream().allMatch(m::contains)).toList();
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
      messages.add(event.getFormattedMessage());
    }
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    stop();
  }
}
