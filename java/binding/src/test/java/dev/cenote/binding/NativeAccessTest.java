package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cenote.probe.LoadProbe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The grant for native code, in JVMs that deny it without one (JDK 24 and later). The library is one of the JDK's: when
 * it was loaded, the next question, whether it is ours, is answered with no. That tells a load from a refusal.
 */
class NativeAccessTest {

    private static final String LOADED = "VERSION: ";
    private static final String DENIED = "NATIVE_ACCESS: ";

    private Path home;

    @BeforeEach
    void findJdk() throws Exception {
        Optional<Path> found = Jvm.homeOfAtLeast(24);
        assumeTrue(found.isPresent(), "no JDK 24 or later is installed");
        home = found.get();
    }

    private String load(String... options) throws Exception {
        return loadBy("jni", options);
    }

    private String loadBy(String calls, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("-Dcenote.native.path=" + home.resolve("lib/libextnet.so"),
            "--sun-misc-unsafe-memory-access=deny", LoadProbe.class.getName(), calls));
        Jvm.Outcome outcome = Jvm.run(home, arguments);
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        return outcome.output();
    }

    private String[] modulePath(String... options) {
        List<String> all = new ArrayList<>(List.of("--module-path", Path.of("target/classes").toAbsolutePath().toString(),
            "--patch-module", "dev.cenote.binding=" + Jvm.CLASSES_22, /* as in the jar */
            "--add-modules", "dev.cenote.binding", "--add-exports", "dev.cenote.binding/dev.cenote.binding=ALL-UNNAMED",
            "-cp", Path.of("target/test-classes").toAbsolutePath().toString()));
        all.addAll(List.of(options));
        return all.toArray(String[]::new);
    }

    @Test
    void classPath_withoutGrant_isDenied_andTheTextHasTheFlag() throws Exception {
        assertThat(load("-cp", Jvm.classPath(), "--illegal-native-access=deny")).startsWith(DENIED)
            .contains("Add --enable-native-access=ALL-UNNAMED to the java command (class path").hasLineCount(1);
    }

    @Test
    void classPath_withGrant_isSilent() throws Exception {
        assertThat(load("-cp", Jvm.classPath(), "--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"))
            .startsWith(LOADED).hasLineCount(1);
    }

    @Test
    void modulePath_withoutGrant_isDenied_andTheTextHasTheFlag() throws Exception {
        assertThat(load(modulePath("--illegal-native-access=deny"))).startsWith(DENIED)
            .contains("Add --enable-native-access=dev.cenote.binding to the java command (module path").hasLineCount(1);
    }

    @Test
    void modulePath_withGrantForOurModuleAlone_isSilent() throws Exception {
        assertThat(load(modulePath("--illegal-native-access=deny", "--enable-native-access=dev.cenote.binding")))
            .startsWith(LOADED).hasLineCount(1);
    }

    @Test
    void ffm_withoutGrant_isDenied_withTheSameText() throws Exception {
        assumeTrue(Jvm.hasClassesFor22(), "not built with a JDK 22 or later");
        assertThat(loadBy("ffm", "-cp", Jvm.classPath22(), "--illegal-native-access=deny"))
            .isEqualTo(loadBy("jni", "-cp", Jvm.classPath22(), "--illegal-native-access=deny")).startsWith(DENIED);
        assertThat(loadBy("ffm", modulePath("--illegal-native-access=deny")))
            .isEqualTo(loadBy("jni", modulePath("--illegal-native-access=deny"))).startsWith(DENIED);
    }

    @Test
    void ffm_withGrant_isSilent() throws Exception {
        assumeTrue(Jvm.hasClassesFor22(), "not built with a JDK 22 or later");
        assertThat(loadBy("ffm", "-cp", Jvm.classPath22(), "--illegal-native-access=deny",
            "--enable-native-access=ALL-UNNAMED")).startsWith(LOADED).contains("lacks a function of Cenote").hasLineCount(1);
        assertThat(loadBy("ffm", modulePath("--illegal-native-access=deny", "--enable-native-access=dev.cenote.binding")))
            .startsWith(LOADED).hasLineCount(1);
    }

    @Test
    void ffm_withoutDeny_drawsOneWarning() throws Exception {
        assumeTrue(Jvm.hasClassesFor22(), "not built with a JDK 22 or later");
        assertThat(loadBy("ffm", "-cp", Jvm.classPath22()).lines()).filteredOn(line -> line.contains("has been called by"))
            .hasSize(1);
    }

    @Test
    void withoutDeny_theLoadSucceeds() throws Exception {
        assertThat(load("-cp", Jvm.classPath())).contains(LOADED);
    }
}
