package io.shardyfusion.reader;

import java.lang.instrument.ClassDefinition;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.matcher.ElementMatchers;
import org.rocksdb.AbstractImmutableNativeReference;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;

/**
 * Counts the RocksDB objects of this process that have not been closed: each one registers here
 * when it is constructed, by an advice that is woven into the constructor of their base class.
 * Public, like what the advice calls, because it is called out of RocksDB's classes.
 */
public final class NativeHandles {

  private static final int SWEEP_EVERY = 10_000;

  /** Not a set: some of them hash by calling into native code. */
  private static final Queue<AbstractImmutableNativeReference> MADE = new ConcurrentLinkedQueue<>();

  private static final AtomicLong COUNT = new AtomicLong();
  private static final AtomicLong DATABASES = new AtomicLong();
  private static boolean installed;

  private NativeHandles() {}

  /** Counts from now on; call it before the first use of what is to be counted. Idempotent. */
  static synchronized void install() {
    if (installed) {
      return;
    }
    installed = true;
    Class<?> base = AbstractImmutableNativeReference.class;
    byte[] counting =
        new ByteBuddy()
            .redefine(base)
            .visit(Advice.to(Constructed.class).on(ElementMatchers.isConstructor()))
            .make()
            .getBytes();
    try {
      // By hand, since Byte Buddy's own ways look at all classes, which -Xcheck:jni warns of.
      ByteBuddyAgent.install().redefineClasses(new ClassDefinition(base, counting));
    } catch (ClassNotFoundException | UnmodifiableClassException e) {
      throw new AssertionError(e);
    }
  }

  /** How many were made since. */
  static long made() {
    return COUNT.get();
  }

  /**
   * The classes of those that are open, with repetition; but for one {@link ReadOptions} of each
   * database that was opened, which RocksDB's Java class keeps to itself and never closes.
   */
  static List<String> open() {
    sweep();
    List<String> open =
        MADE.stream()
            .map(handle -> handle.getClass().getSimpleName())
            .sorted()
            .collect(Collectors.toCollection(ArrayList::new));
    for (long i = 0; i < DATABASES.get(); i++) {
      open.remove(ReadOptions.class.getSimpleName());
    }
    return open;
  }

  /** Called by the advice. */
  public static void constructed(AbstractImmutableNativeReference handle) {
    MADE.add(handle);
    if (handle instanceof RocksDB) {
      DATABASES.incrementAndGet();
    }
    if (COUNT.incrementAndGet() % SWEEP_EVERY == 0) {
      sweep();
    }
  }

  private static void sweep() {
    MADE.removeIf(handle -> !handle.isOwningHandle());
  }

  /** What is woven in. */
  static final class Constructed {

    private Constructed() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This AbstractImmutableNativeReference handle) {
      NativeHandles.constructed(handle);
    }
  }
}
