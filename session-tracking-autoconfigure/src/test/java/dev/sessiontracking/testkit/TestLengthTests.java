// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TestLengthTests {

    /** Otherwise the full run would leave out the long form without a word. */
    @Test
    void testsWithALongFormAreTagged() {
        List<JavaClass> withALongForm = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
                        .importPackages("dev.sessiontracking")
                        .stream()
                        .filter(test -> test.getDirectDependenciesFromSelf().stream()
                                .anyMatch(dependency ->
                                        dependency.getTargetClass().isEquivalentTo(TestLength.class)))
                        .filter(test -> !test.isEquivalentTo(getClass()) && !test.isEquivalentTo(TestLength.class))
                        .toList();
        assertThat(withALongForm)
                .isNotEmpty()
                .allSatisfy(test -> assertThat(test.reflect().getAnnotationsByType(Tag.class))
                        .as(test.getName())
                        .extracting(Tag::value)
                        .contains("long"));
    }
}
