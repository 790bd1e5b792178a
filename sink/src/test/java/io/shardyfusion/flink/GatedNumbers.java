package io.shardyfusion.flink;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.core.io.InputStatus;
import org.jspecify.annotations.Nullable;

/**
 * A source of the numbers from 0, in order, of which a test opens one after the other: those that
 * are not open wait, while checkpoints are taken. For parallelism 1.
 */
final class GatedNumbers extends NumberSequenceSource {

  private static final long serialVersionUID = 1L;

  private final String gate;

  /** The numbers below {@code count}. */
  GatedNumbers(Gate gate, long count) {
    super(0, count - 1);
    this.gate = gate.id;
  }

  @Override
  public SourceReader<Long, NumberSequenceSplit> createReader(SourceReaderContext context) {
    return new Reader(context, Gate.ALL.get(gate));
  }

  /** How far the numbers are open. Outlives jobs: a restored one goes on at the same gate. */
  static final class Gate {
    private static final Map<String, Gate> ALL = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();
    private CompletableFuture<Void> moved = new CompletableFuture<>();
    private long open;
    private volatile long passed;

    Gate() {
      ALL.put(id, this);
    }

    /** Lets the numbers below {@code end} pass. */
    void openTo(long end) {
      CompletableFuture<Void> before;
      synchronized (this) {
        open = Math.max(open, end);
        before = moved;
        moved = new CompletableFuture<>();
      }
      before.complete(null);
    }

    /** How many numbers have passed, in all attempts: the most that were read of one. */
    long passed() {
      return passed;
    }

    private synchronized boolean isOpen(long number) {
      return number < open;
    }

    private synchronized CompletableFuture<Void> whenOpen(long number) {
      return number < open ? CompletableFuture.completedFuture(null) : moved;
    }
  }

  private static final class Reader implements SourceReader<Long, NumberSequenceSplit> {

    private final SourceReaderContext context;
    private final Gate gate;
    private final CompletableFuture<Void> assigned = new CompletableFuture<>();
    private @Nullable NumberSequenceSplit split;
    private long next;
    private boolean ended;

    Reader(SourceReaderContext context, Gate gate) {
      this.context = context;
      this.gate = gate;
    }

    @Override
    public void start() {
      if (split == null) {
        context.sendSplitRequest();
      }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Long> output) {
      if (ended || (split != null && next > split.to())) {
        return InputStatus.END_OF_INPUT;
      }
      if (split == null || !gate.isOpen(next)) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      output.collect(next++);
      gate.passed = Math.max(gate.passed, next);
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public List<NumberSequenceSplit> snapshotState(long checkpointId) {
      return split == null || next > split.to()
          ? List.of()
          : List.of(new NumberSequenceSplit(split.splitId(), next, split.to()));
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return split == null ? assigned : gate.whenOpen(next);
    }

    @Override
    public void addSplits(List<NumberSequenceSplit> splits) {
      split = splits.get(0);
      next = split.from();
      assigned.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {
      ended = split == null;
      assigned.complete(null);
    }

    @Override
    public void close() {}
  }
}
