package dev.cenote.gateway.experiment;

import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that {@code ci/experiment} runs. */
@Command(name = "experiment", sortOptions = false, mixinStandardHelpOptions = true, version = "Cenote 0.1.0",
        subcommands = GatewayCommand.class, description = "Experiments that compare kinds of pools in a whole program.")
public final class ExperimentMain implements Runnable {
    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command as picocli runs it: one clear line and exit code 2 for bad input. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new ExperimentMain());
        line.setParameterExceptionHandler((exception, args) -> {
            exception.getCommandLine().getErr().println("experiment: " + exception.getMessage() + " (see --help)");
            return 2;
        });
        line.setExecutionExceptionHandler((exception, command, result) -> {
            command.getErr().println("experiment: " + (exception instanceof IOException ? exception.getMessage() : exception.toString()));
            return 1;
        });
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which experiment? There is: gateway");
    }
}
