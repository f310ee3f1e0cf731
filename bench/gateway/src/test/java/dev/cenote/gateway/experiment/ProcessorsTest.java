package dev.cenote.gateway.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorsTest {

    @Test
    void kernelsLists_areRead() {
        assertThat(Processors.parse("0")).containsExactly(0);
        assertThat(Processors.parse("0-1")).containsExactly(0, 1);
        assertThat(Processors.parse("1,4-6,9")).containsExactly(1, 4, 5, 6, 9);
    }

    @Test
    void halves_areDisjoint_andTheGatewayHasTheOddOne() {
        assertThat(Processors.split(List.of(3))).isEqualTo(Processors.SHARED);
        assertThat(Processors.split(List.of(0, 1))).isEqualTo(new Processors(List.of(0), List.of(1)));
        assertThat(Processors.split(List.of(0, 1, 4))).isEqualTo(new Processors(List.of(0, 1), List.of(4)));
    }

    @Test
    void command_runsWhereItShould() throws IOException, InterruptedException {
        Processors apart = Processors.apart();
        for (List<Integer> processors : List.of(apart.gateway(), apart.client())) {
            List<String> command = new ArrayList<>(Processors.prefix(processors));
            command.addAll(List.of("grep", "Cpus_allowed_list", "/proc/self/status"));
            Process process = new ProcessBuilder(command).start();
            String allowed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertThat(process.waitFor()).isZero();
            if (!processors.isEmpty()) {
                assertThat(Processors.parse(allowed.substring(allowed.indexOf('\t') + 1))).isEqualTo(processors);
            }
        }
        assertThat(apart.describe()).contains("gateway", "client");
    }
}
