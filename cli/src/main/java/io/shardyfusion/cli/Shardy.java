package io.shardyfusion.cli;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.cli.cloudcheck.CloudCheckLine;
import io.shardyfusion.cli.frame.ConfigDefaults;
import io.shardyfusion.cli.frame.ConfigFile;
import io.shardyfusion.cli.frame.Failures;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.operating.HistoryCommand;
import io.shardyfusion.cli.operating.InfoCommand;
import io.shardyfusion.cli.operating.ShardsCommand;
import io.shardyfusion.cli.operating.VerifyCommand;
import io.shardyfusion.cli.reading.GetCommand;
import io.shardyfusion.cli.reading.KeyArguments;
import io.shardyfusion.cli.reading.MultiGetCommand;
import io.shardyfusion.cli.reading.RouteCommand;
import io.shardyfusion.cli.reading.ScanCommand;
import io.shardyfusion.cli.running.QuickstartCommand;
import io.shardyfusion.cli.running.RunCommand;
import io.shardyfusion.job.UsageErrors;
import io.shardyfusion.job.ValueErrors;
import io.shardyfusion.surroundings.OwnProcess;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line. Results go to standard output and nothing else does; the exit code says how it
 * ended: 0 fine, 1 the asked-for thing is not there, 2 the call must be corrected, 3 the storage
 * failed or data is bad, 4 another writer holds the dataset.
 */
@Command(
    name = "shardy",
    description = "Builds, reads and checks sharded snapshots on object storage.",
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Exit codes: 0 fine; 1 not there; 2 usage; 3 storage failed or data damaged; 4 conflict.",
      "S3 credentials come from the standard AWS chain."
    })
public final class Shardy implements Runnable {

  @Mixin private final GlobalOptions options = new GlobalOptions();

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Print this help and exit.")
  @SuppressWarnings("UnusedVariable")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  @SuppressWarnings("UnusedVariable")
  private boolean version;

  /** Errors of the configuration file. */
  private final ValueErrors configuration = new ValueErrors();

  private Shardy() {}

  /** Runs one command in this process and exits with its code. */
  public static void main(String[] args) {
    System.exit(start(args));
  }

  private static int start(String... args) {
    List<String> arguments = List.of(args);
    if (args.length > 0 && args[0].equals(CloudCheckLine.NAME)) {
      return CloudCheckLine.run(Arrays.copyOfRange(args, 1, args.length));
    }
    try {
      OwnProcess.begin(arguments);
    } catch (ShardyfusionException e) {
      return Failures.report(Terminal.system().err(), e, arguments.contains("--stacktrace"));
    }
    return StartTraining.isAsked() ? StartTraining.run() : execute(Terminal.system(), args);
  }

  /** Runs one command and returns its exit code. */
  public static int execute(Terminal terminal, String... args) {
    boolean stacktrace = List.of(args).contains("--stacktrace");
    try {
      Shardy shardy = new Shardy();
      CommandLine commandLine = shardy.commandLine(terminal);
      ConfigDefaults.install(
          commandLine,
          List.of(args),
          terminal.environment(),
          ConfigFile.of(List.of(args)),
          shardy.configuration);
      return commandLine.execute(args);
    } catch (ShardyfusionException | Error e) {
      // Java itself would exit with 1, which says that something was not there.
      return Failures.report(terminal.err(), e, stacktrace);
    }
  }

  private CommandLine commandLine(Terminal terminal) {
    CommandLine commandLine = new CommandLine(this);
    commandLine.addSubcommand(new RunCommand(terminal, options));
    commandLine.addSubcommand(takingKeys(new GetCommand(terminal, options)));
    commandLine.addSubcommand(takingKeys(new MultiGetCommand(terminal, options)));
    commandLine.addSubcommand(new ScanCommand(terminal, options));
    commandLine.addSubcommand(new InfoCommand(terminal, options));
    commandLine.addSubcommand(new ShardsCommand(terminal, options));
    commandLine.addSubcommand(takingKeys(new RouteCommand(terminal, options)));
    commandLine.addSubcommand(new HistoryCommand(terminal, options));
    commandLine.addSubcommand(new VerifyCommand(terminal, options));
    commandLine.addSubcommand(new QuickstartCommand(terminal, options));
    commandLine.addSubcommand(new VersionCommand(terminal, options));
    commandLine.getSubcommands().values().forEach(Shardy::simplifyHelp);
    UsageErrors.collect(commandLine);
    commandLine.setExecutionStrategy(this::checkAndRun);
    // A key may begin with @.
    commandLine.setExpandAtFiles(false);
    commandLine.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(terminal.err());
    commandLine.setParameterExceptionHandler(
        (e, args) -> Failures.reportUsage(terminal.err(), e, options.stacktrace()));
    commandLine.setExecutionExceptionHandler(
        (e, command, result) ->
            e instanceof ParameterException usage
                ? Failures.reportUsage(terminal.err(), usage, options.stacktrace())
                : Failures.report(terminal.err(), e, options.stacktrace()));
    return commandLine;
  }

  /** Tells everything that is wrong with the command line at once; else runs the command. */
  private int checkAndRun(ParseResult parsed) {
    UsageErrors errors = UsageErrors.of(parsed);
    configuration.messages().forEach(errors.values()::add);
    ParseResult command = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    if (command.commandSpec().userObject() instanceof ShardyCommand ours) {
      ours.check(command, errors);
    }
    errors.check();
    return new RunLast().execute(parsed);
  }

  /** Has a negative number pass for a key; see {@link KeyArguments}. */
  private static CommandLine takingKeys(ShardyCommand command) {
    return new CommandLine(command).setUnmatchedOptionsArePositionalParams(true);
  }

  /** Its own options come first in a command's help, then those that every command has. */
  private static void simplifyHelp(CommandLine command) {
    command.getCommandSpec().usageMessage().sortOptions(false).abbreviateSynopsis(true);
  }

  @Override
  public void run() {
    CommandLine commandLine = spec.commandLine();
    if (!commandLine.getParseResult().originalArgs().isEmpty()) {
      throw new ParameterException(commandLine, "no command given");
    }
    commandLine.usage(commandLine.getOut());
  }
}
