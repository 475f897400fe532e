// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.web.util.matcher.RequestMatcher;

class ChainReportsTests {

    private static final RequestMatcher LAMBDA = request -> true;

    private static final RequestMatcher ANONYMOUS = new RequestMatcher() {
        @Override
        public boolean matches(jakarta.servlet.http.HttpServletRequest request) {
            return true;
        }
    };

    @Test
    void matchersWithoutADescriptionAreCode() {
        assertThat(ChainReports.requests(LAMBDA.toString())).isEqualTo("requests chosen by code");
        assertThat(ChainReports.requests(ANONYMOUS.toString())).isEqualTo("requests chosen by code");
        assertThat(ChainReports.requests("Or [" + new Object() + "]")).isEqualTo("requests chosen by code");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"any request", "Path [/@dead/**]", "PathMatcherServerWebExchangeMatcher{pattern='/a@cafe/**'}"})
    void otherMatchersDescribeThemselves(String description) {
        assertThat(ChainReports.requests(description)).isEqualTo(description);
    }
}
