package io.shardyfusion.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AwaitTest {

  @Test
  void returnsWhenTheConditionIsTrue() {
    AtomicInteger asked = new AtomicInteger();

    Await.until("three questions", Duration.ofSeconds(30), () -> asked.incrementAndGet() == 3);

    assertThat(asked).hasValue(3);
  }

  @Test
  void failsAfterTheDeadlineAndSaysWhatDidNotHappen() {
    assertThatThrownBy(
            () -> Await.until("the end", Duration.ofMillis(1), () -> "details", () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("the end", "details");
    assertThatThrownBy(() -> Await.value("a value", Duration.ofMillis(1), () -> null))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a value");
    assertThat(Await.within(Duration.ofMillis(1), () -> false)).isFalse();
  }

  @Test
  void givesTheFirstValueThatIsNotNull() {
    Iterator<Integer> answers = List.of(0, 0, 7).iterator();

    assertThat(
            Await.value(
                "a value",
                Duration.ofSeconds(30),
                () -> {
                  int answer = answers.next();
                  return answer == 0 ? null : answer;
                }))
        .isEqualTo(7);
  }
}
