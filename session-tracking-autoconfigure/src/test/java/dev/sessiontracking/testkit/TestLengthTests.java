// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TestLengthTests {

    private static final Pattern USE = Pattern.compile("TestLength\\.(of|isFull)\\(");

    /** Otherwise the full run would leave out the long form without a word. */
    @Test
    void testsWithALongFormAreTagged() throws IOException {
        List<String> withALongForm =
                sources().filter(source -> USE.matcher(source).find()).toList();
        assertThat(withALongForm)
                .isNotEmpty()
                .allSatisfy(source -> assertThat(source).contains("@Tag(\"long\")"));
    }

    private static Stream<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java/dev/sessiontracking"))) {
            List<String> sources = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sources.add(Files.readString(file));
            }
            return sources.stream();
        }
    }
}
