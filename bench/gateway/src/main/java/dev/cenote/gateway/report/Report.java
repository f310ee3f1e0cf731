package dev.cenote.gateway.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.cenote.gateway.run.Measurement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that is to be told of one experiment; as it stands, it is also the JSON file.
 *
 * @param when    begin, in UTC
 * @param machine what it ran on
 * @param method  how it was measured, by heading
 */
public record Report(String when, Map<String, String> machine, Map<String, String> method, List<Measurement> measurements) {
    public Report {
        measurements = List.copyOf(measurements);
    }

    public void writeJson(Path file) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    }
}
