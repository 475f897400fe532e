// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.sample.SampleClient.Tokens;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Redis goes away and comes back, empty, under the default policy: nobody is kept out, nothing is gained by it. */
class OutageTests extends AbstractOutageTests {

    @Test
    void tokensGoOnAsPlainJwts() {
        assertThat(sample.get("/me", before.access()).status()).isEqualTo(200);
    }

    @Test
    void sessionsThatCannotBeListedAreNotAnEmptyList() {
        assertThat(sample.get("/sessions", before.access()).assertProblem(503).header("Retry-After"))
                .isEqualTo("1");
    }

    @Test
    void revocationOfTheOtherSessionsIsReportedAsPending() {
        assertThat(sample.delete("/sessions", before.access()).text()).isEqualTo("{\"revoked\":0,\"pending\":true}");
        SampleClient.awaitNextSecond();
    }

    @Test
    void refreshGivesNewTokensThatLiveNoLonger() {
        Tokens during = Tokens.of(sample.refresh(before.refresh()));

        assertThat(during.refreshExpiresAt()).isEqualTo(before.refreshExpiresAt());
        assertThat(during.sessionId()).isEqualTo(before.sessionId());
        assertThat(during.access()).isNotEqualTo(before.access());
        assertThat(during.refresh()).isNotEqualTo(before.refresh());
        assertThat(sample.get("/me", during.access()).status()).isEqualTo(200);
    }

    @Test
    void sessionWhoseOwnerCannotBeCheckedIsNotRevoked() {
        assertThat(sample.delete("/sessions/" + before.sessionId(), before.access())
                        .assertProblem(503)
                        .header("Retry-After"))
                .isEqualTo("1");
        sample.delete("/sessions/AAAAAAAAAAAAAAAAAAAAAAAA", before.access()).assertProblem(503);
    }

    @Test
    void logoutIsEnforcedAllTheSame() {
        assertThat(sample.call("POST", "/logout", before.access()).status()).isEqualTo(204);

        sample.get("/me", before.access()).assertProblem(401);
        sample.refresh(before.refresh()).assertProblem(401);
    }

    @Test
    void serverThatComesBackEmptyHasLoggedEverybodyOut() throws IOException {
        startRedisAgain();

        // Logins may be tracked a moment before checks are verified again.
        await().untilAsserted(() -> sample.get("/me", before.access()).assertProblem(401));
        sample.refresh(before.refresh()).assertProblem(401);
    }
}
