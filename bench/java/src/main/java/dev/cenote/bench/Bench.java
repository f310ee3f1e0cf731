package dev.cenote.bench;

import dev.cenote.bench.drive.AllocatorsCommand;
import dev.cenote.bench.drive.ArrowCommand;
import dev.cenote.bench.drive.BackendsCommand;
import dev.cenote.bench.drive.BlocksCommand;
import dev.cenote.bench.drive.FlowCommand;
import dev.cenote.bench.drive.GenerationsCommand;
import dev.cenote.bench.drive.NettyCommand;
import dev.cenote.bench.drive.RegionsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command behind {@code ci/bench}. */
@Command(name = "bench", description = "Measures Cenote side by side with what a user would pick instead.",
        mixinStandardHelpOptions = true,
        subcommands = {BlocksCommand.class, AllocatorsCommand.class, BackendsCommand.class, FlowCommand.class,
            GenerationsCommand.class, NettyCommand.class, ArrowCommand.class,
            RegionsCommand.class})
public final class Bench {

    private Bench() {
    }

    /** Runs it. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }
}
