// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.slices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.TestIssuer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** The same slice without a URL. */
@WebMvcTest
class PlainJwtSliceTests {

    @Autowired
    private MockMvcTester mvc;

    @Test
    void controllerGetsAServiceWithoutSessions() {
        assertThat(mvc.get()
                        .uri("/count")
                        .header(
                                HttpHeaders.AUTHORIZATION,
                                "Bearer " + TestIssuer.get().token("any"))
                        .exchange())
                .hasStatusOk()
                .hasBodyTextEqualTo("0");
    }
}
