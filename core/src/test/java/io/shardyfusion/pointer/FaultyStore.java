package io.shardyfusion.pointer;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ForwardingObjectStore;
import io.shardyfusion.store.ObjectStore;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** Does to conditional writes what the queue says, and then what it does always, if anything. */
final class FaultyStore extends ForwardingObjectStore {

  final Queue<Fault> faults;
  Fault always;
  Runnable afterFault = () -> {};

  FaultyStore(ObjectStore store, Fault... faults) {
    super(store);
    this.faults = new ArrayDeque<>(List.of(faults));
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
    Fault fault = faults.isEmpty() ? always : faults.remove();
    if (fault == null) {
      return super.writeIf(key, content, expectation);
    }
    if (fault == Fault.AMBIGUOUS_AFTER) {
      super.writeIf(key, content, expectation);
    }
    afterFault.run();
    return switch (fault) {
      case AMBIGUOUS_BEFORE, AMBIGUOUS_AFTER ->
          throw new AmbiguousWriteException("injected: no answer", null);
      case FAILURE -> throw new StorageException("injected: refused", null);
      case CONFLICT -> new ConditionalWrite.Conflict();
    };
  }

  /** The fate of a conditional write. */
  enum Fault {
    AMBIGUOUS_BEFORE,
    AMBIGUOUS_AFTER,
    CONFLICT,
    FAILURE
  }
}
