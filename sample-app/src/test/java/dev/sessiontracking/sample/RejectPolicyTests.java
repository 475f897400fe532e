// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** The same outage under the policy {@code reject}: no proof, no entry, and "try again" instead of "log in again". */
@TestPropertySource(properties = "session.tracking.outage-policy=reject")
class RejectPolicyTests extends AbstractOutageTests {

    @Test
    void everythingThatNeedsASessionIsUnavailable() {
        sample.postJson("/login", Map.of("username", "alice", "password", "password"), Map.of())
                .assertProblem(503);
        sample.refresh(before.refresh()).assertProblem(503);
        assertThat(sample.get("/me", before.access()).assertProblem(503).header("Retry-After"))
                .isNotEmpty();
    }
}
