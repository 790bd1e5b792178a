package io.shardyfusion.job.input;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What a class logs while this is open; other tests in this JVM may be among those who log. */
public final class Logged extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final Logger logger;
  private final List<String> messages = new CopyOnWriteArrayList<>();

  public Logged(Class<?> logs) {
    logger = (Logger) LoggerFactory.getLogger(logs);
    setContext(logger.getLoggerContext());
    start();
    logger.addAppender(this);
  }

  /** Whether one of the messages so far has the text. */
  public boolean has(String text) {
    return messages.stream().anyMatch(message -> message.contains(text));
  }

  /** How many of the messages so far have the text. */
  public long count(String text) {
    return messages.stream().filter(message -> message.contains(text)).count();
  }

  @Override
  protected void append(ILoggingEvent event) {
    messages.add(event.getFormattedMessage());
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    stop();
  }
}
