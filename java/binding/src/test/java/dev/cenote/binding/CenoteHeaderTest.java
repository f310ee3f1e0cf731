package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.annotation.Name;
import org.junit.jupiter.api.Test;

/** The Java side of the C ABI says what {@code cenote/cenote.h} says: every function, every type, every constant. */
class CenoteHeaderTest {

    private static final Path HEADER = Path.of("../../native/include/cenote/cenote.h");
    private static final Pattern FUNCTION = Pattern.compile("CENOTE_API\\s+([\\w\\s]+?[\\s*]+)(cenote_\\w+)\\(([^)]*)\\)");
    private static final Pattern CONSTANT = Pattern.compile("(?m)^#define CENOTE_(\\w+) (\\d+)\\s*$");
    private static final Map<String, String> JAVA_TYPES =
        Map.of("int32_t", "int", "int64_t", "long", "const char *", "String");

    private static String header() throws IOException {
        return Files.readString(HEADER).replaceAll("(?s)/\\*.*?\\*/", "");
    }

    private static Map<String, String> functionsOfHeader() throws IOException {
        Map<String, String> functions = new TreeMap<>();
        Matcher function = FUNCTION.matcher(header());
        while (function.find()) {
            String arguments = function.group(3).trim().equals("void") ? "" : Arrays.stream(function.group(3).split(","))
                .map(argument -> JAVA_TYPES.get(argument.trim().split("\\s+")[0]))
                .collect(Collectors.joining(", "));
            functions.put(function.group(2), JAVA_TYPES.get(function.group(1).trim()) + " (" + arguments + ")");
        }
        return functions;
    }

    /** The Java name of a C function: {@code cenote_pool_open} is {@code poolOpen}. */
    private static String javaName(String function) {
        StringBuilder name = new StringBuilder();
        for (String word : function.substring("cenote_".length()).split("_")) {
            name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }

    private static String signature(Method method) {
        String result = method.getReturnType().getSimpleName();
        return (result.equals("Object") ? "String" : result) + " (" + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName).collect(Collectors.joining(", ")) + ")";
    }

    @Test
    void header_isReadAsExpected() throws IOException {
        assertThat(functionsOfHeader()).hasSizeGreaterThan(20)
            .containsEntry("cenote_magazine_get", "int (long, long, int)")
            .containsEntry("cenote_abi_version", "int ()")
            .containsEntry("cenote_error_text", "String (int)");
    }

    @Test
    void nativeMethods_areTheFunctionsOfTheHeader() throws IOException {
        Map<String, String> methods = new TreeMap<>();
        for (Method method : CenoteJni.class.getDeclaredMethods()) {
            if (Modifier.isNative(method.getModifiers()) && !method.getName().equals("view")) {
                String function = method.getAnnotation(Name.class).value()[0];
                String plain = function.replaceFirst("^cn_jni_", "cenote_");
                assertThat(method.getName()).isEqualTo(javaName(plain));
                methods.put(plain, signature(method));
            }
        }
        assertThat(methods).isEqualTo(functionsOfHeader());
    }

    @Test
    void interface_offersTheFunctionsOfTheHeader() throws IOException {
        Map<String, String> expected = new TreeMap<>();
        functionsOfHeader().forEach((function, signature) -> expected.put(javaName(function), signature));
        Map<String, String> methods = new TreeMap<>();
        for (Method method : NativeCalls.class.getDeclaredMethods()) {
            if (!method.getName().equals("view")) {
                methods.put(method.getName(), signature(method));
            }
        }
        assertThat(methods).isEqualTo(expected);
    }

    @Test
    void constants_haveTheValuesOfTheHeader() throws Exception {
        Matcher constant = CONSTANT.matcher(header());
        int seen = 0;
        for (; constant.find(); seen++) {
            int value = NativeCalls.class.getField(constant.group(1)).getInt(null);
            assertThat(value).as(constant.group(1)).isEqualTo(Integer.parseInt(constant.group(2)));
        }
        assertThat(seen).isEqualTo(NativeCalls.class.getFields().length);
    }
}
