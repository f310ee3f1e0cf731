package dev.cenote.gateway.run;

import dev.cenote.gateway.load.LoadResult;
import dev.cenote.gateway.server.ServerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Decides whether a run's figures count: any error, corruption or leak makes it fail, loudly. */
final class Verdict {
    /** An open loop that achieves less than this share of its rate was overloaded. */
    private static final double RATE_KEPT = 0.99;

    private Verdict() {
    }

    static List<String> failures(LoadResult load, ServerStatus after) {
        List<String> failures = new ArrayList<>();
        if (load.requests() == 0) {
            failures.add("the client got no answer at all");
        }
        load.errors().forEach((kind, count) -> failures.add("the client counted " + count + " errors: " + kind));
        if (load.askedRate() > 0 && load.perSecond() < load.askedRate() * RATE_KEPT) {
            failures.add(String.format(Locale.ROOT, "overloaded: %.0f messages per second of the %.0f asked for; lower --rate",
                    load.perSecond(), load.askedRate()));
        }
        count(failures, after.refused(), "messages refused: no memory, or the downstream was behind");
        count(failures, after.corrupt(), "messages corrupted: other bytes than were sent");
        count(failures, after.malformed(), "requests malformed");
        count(failures, after.held(), "messages never released");
        if (after.outstanding() != 0) {
            failures.add("leak: " + after.outstanding() + " pieces of memory never given back");
        }
        return failures;
    }

    private static void count(List<String> failures, long count, String what) {
        if (count != 0) {
            failures.add(count + " " + what);
        }
    }
}
