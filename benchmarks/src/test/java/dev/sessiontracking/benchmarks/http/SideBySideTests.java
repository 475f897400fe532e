package dev.sessiontracking.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That the comparison runs. What it finds depends on the machine and is not asserted. */
class SideBySideTests {

    @Test
    void comparesSessionTrackingWithPlainJwt() {
        Plan plan = Plan.smoke(Variant.PLAIN_JWT, Variant.NEAR_CACHE);
        Comparison comparison = SideBySideCommand.compare(plan, Classpath.current());
        assertThat(comparison.table(plan).lines()).hasSize(2 + plan.variants().size());
        assertThat(comparison.csv().lines()).hasSize(1 + plan.variants().size());
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
