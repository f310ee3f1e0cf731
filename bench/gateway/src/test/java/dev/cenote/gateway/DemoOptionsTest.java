package dev.cenote.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What a user may type wrong: one clear line, exit code 2, nothing started. */
class DemoOptionsTest {
    @TempDir
    private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine line = Demo.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(args);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--duration=0           | --duration must be between 1 and 3600, not 0",
        "--duration=soon        | Invalid value for option '--duration'",
        "--warm-up=-1           | --warm-up must be between 0 and 600, not -1",
        "--patience=0           | --patience must be between 1 and 600, not 0",
        "--rounds=101           | --rounds must be between 1 and 100",
        "--connections=0        | --connections must be between 1 and 10000",
        "--rate=-5              | --rate must be between 0 and",
        "--slow-share=1.5       | --slow-share must be between 0 and 1, not 1.5",
        "--slow-share=NaN       | --slow-share must be between 0 and 1",
        "--block-bytes=5000     | --block-bytes must be a power of two, not 5000",
        "--block-bytes=64       | --block-bytes must be between 256 and 1048576",
        "--heap=lots            | --heap must be a size such as 256m, not 'lots'",
        "--only=heap,swap       | no memory kind 'swap'; there are",
        "--client=ab            | Invalid value for option '--client'",
        "--input=/does/not/exist| --input must be a folder",
        "--java=/does/not/exist | --java:",
        "--report=/             | --report cannot be written",
        "--json=/               | --json cannot be written",
        "--fast                 | Unknown option: '--fast'",
        "please                 | Unmatched argument",
    })
    void badInput_isOneClearLine(String argument, String message) {
        String report = folder.resolve("report.html").toString();
        int code = argument.startsWith("--report") ? run(argument.strip()) : run("--report", report, argument.strip());
        assertThat(code).isEqualTo(2);
        assertThat(err.toString().strip()).startsWith("demo: ").contains(message.strip()).doesNotContain("\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void emptyInputFolder_isBadInputToo() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(run("--report", folder.resolve("r.html").toString(), "--input", empty.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--input: no readable file");
    }

    @Test
    void shortHelpOfTheScript_namesOnlyOptionsThereAre() throws IOException {
        String script = Files.readString(Path.of("..", "..", "ci", "demo"));
        String help = script.substring(script.indexOf("<<'HELP'"), script.indexOf("\nHELP\n"));
        var options = Demo.commandLine().getCommandSpec().optionsMap().keySet();
        assertThat(Pattern.compile("--[a-z-]+").matcher(help).results().map(MatchResult::group).toList())
                .hasSizeGreaterThan(8).allMatch(options::contains);
    }

    @Test
    void help_namesEveryOption_andTheDistribution() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("--duration", "--connections", "--only", "--json", "--input", "--client", "--report",
                "--rounds", "--seed", "--heap", "log-normal").contains("90 % log-normal");
    }
}
