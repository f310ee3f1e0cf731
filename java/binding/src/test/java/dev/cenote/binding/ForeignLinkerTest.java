package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cenote.probe.LoadProbe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Calls without JNI where there can be none: refused with what to do, and before the library is loaded. */
class ForeignLinkerTest {

    private static String load(Path home, String classPath) throws Exception {
        Jvm.Outcome outcome = Jvm.run(home, List.of("-Dcenote.native.path=/nonexistent/libcenote.so", "-cp", classPath,
            LoadProbe.class.getName(), "ffm"));
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        return outcome.output();
    }

    @Test
    void jdkBefore22_isNamed() throws Exception {
        assumeTrue(Runtime.version().feature() < 22, "this JDK has java.lang.foreign");
        assertThat(load(Jvm.home(), Jvm.classPath())).hasLineCount(1).startsWith("FOREIGN_API: java.lang.foreign came with"
            + " JDK 22, and this is " + Runtime.version().feature()).contains("-Dcenote.backend=jni");
    }

    @Test
    void jarWithoutTheClasses_isNamed() throws Exception {
        Optional<Path> home = Jvm.homeOfAtLeast(22);
        assumeTrue(home.isPresent(), "no JDK 22 or later is installed");
        assertThat(load(home.get(), Jvm.classPath())).hasLineCount(1).startsWith("FOREIGN_API: This is JDK ")
            .contains("the classes of cenote-binding for JDK 22 and later are missing", "Multi-Release");
    }

    @Test
    void missingFile_isTheSameStory_asWithJni() throws Exception {
        Optional<Path> home = Jvm.homeOfAtLeast(22);
        assumeTrue(home.isPresent() && Jvm.hasClassesFor22(), "no JDK 22 or later, or not built with it");
        assertThat(load(home.get(), Jvm.classPath22())).hasLineCount(1).startsWith("LIBRARY_MISSING: ")
            .contains("/nonexistent/libcenote.so");
    }
}
