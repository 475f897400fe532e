// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTests {

    @Test
    void givesRatiosToPlainJwtOfTheSameRound() {
        Comparison comparison = new Comparison(Variant.PLAIN_JWT);
        comparison.add(Variant.PLAIN_JWT, new Logins(List.of(), null));
        comparison.add(Variant.NEAR_CACHE, new Logins(List.of(), null));
        comparison.add(Map.of(Variant.PLAIN_JWT, sample(10), Variant.NEAR_CACHE, sample(20)));
        comparison.add(Map.of(Variant.PLAIN_JWT, sample(100), Variant.NEAR_CACHE, sample(110)));
        comparison.add(Map.of(Variant.PLAIN_JWT, sample(200), Variant.NEAR_CACHE, sample(100)));
        String table = comparison.table(Plan.smoke(Variant.PLAIN_JWT, Variant.NEAR_CACHE));
        assertThat(table).contains("1.10 [0.50–2.00]");
    }

    @Test
    void givesTheMedianOfEachStart() {
        Plan plan = Plan.parse(List.of("--starts=2", "--rounds=1", "--variants=NEAR_CACHE"));
        Comparison comparison = new Comparison(Variant.PLAIN_JWT);
        comparison.add(Map.of(Variant.PLAIN_JWT, sample(10), Variant.NEAR_CACHE, sample(20)));
        comparison.add(Map.of(Variant.PLAIN_JWT, sample(100), Variant.NEAR_CACHE, sample(110)));
        assertThat(comparison.starts(plan)).contains(Variant.NEAR_CACHE.title() + " | 2.00, 1.10 | 2.00, 1.10 |");
    }

    private static Sample sample(double value) {
        return new Sample(value, value, value, value, value, Double.NaN, Double.NaN);
    }
}
