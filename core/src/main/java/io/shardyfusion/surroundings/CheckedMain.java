package io.shardyfusion.surroundings;

import io.shardyfusion.InvalidRequestException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * Starts a main class that does not know this module, in a process {@linkplain OwnProcess of its
 * own}. The arguments are the program's name for messages, the class, and then its arguments.
 */
public final class CheckedMain {

  private CheckedMain() {}

  /** Exits with 2 if an argument or variable cannot be used. */
  public static void main(String[] args) throws Throwable {
    List<String> arguments = List.of(args).subList(2, args.length);
    try {
      OwnProcess.begin(arguments);
    } catch (InvalidRequestException e) {
      System.err.println(args[0] + ": " + e.getMessage());
      System.exit(2);
    }
    MethodHandle main =
        MethodHandles.lookup()
            .findStatic(
                Class.forName(args[1]), "main", MethodType.methodType(void.class, String[].class));
    main.invokeExact(arguments.toArray(String[]::new));
  }
}
