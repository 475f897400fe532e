// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That the comparison runs. What it finds depends on the machine and is not asserted. */
class SideBySideTests {

    @Test
    void measuresAVariant() {
        Plan plan = Plan.smoke(Variant.NEAR_CACHE);
        Comparison comparison = SideBySideCommand.compare(plan, Classpath.current());
        assertThat(comparison.csv().lines()).hasSize(2);
    }

    @Test
    void givesNoVariantTheLibrariesOfAnother() {
        Classpath classpath = Classpath.current();
        assertThat(classpath.with(Variant.NO_SECURITY.libraries()))
                .doesNotContain("spring-security", "lettuce", "session-tracking-autoconfigure", "sa-token");
        assertThat(classpath.with(Variant.NEAR_CACHE.libraries()))
                .contains("spring-security", "lettuce", "session-tracking-autoconfigure")
                .doesNotContain("spring-session", "spring-boot-data-redis", "sa-token");
        assertThat(classpath.with(Variant.HAS_KEY.libraries()))
                .contains("spring-boot-data-redis")
                .doesNotContain("session-tracking-autoconfigure", "spring-session", "sa-token");
    }
}
