// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad arguments of the token methods are refused by name, and reach no store. */
class TokenArgumentsTests extends SessionTokensFixture {

    static Stream<String> missing() {
        return Stream.of("userId", "sessionId", "metadata", "authenticatedAt", "tokenExpiresAt");
    }

    @ParameterizedTest
    @MethodSource("missing")
    void registrationNeedsAllArguments(String name) {
        assertRefused(
                name,
                () -> tokens.register(
                        name.equals("userId") ? null : "alice",
                        name.equals("sessionId") ? null : "id",
                        name.equals("metadata") ? null : METADATA,
                        name.equals("authenticatedAt") ? null : Instant.EPOCH,
                        name.equals("tokenExpiresAt") ? null : Instant.EPOCH));
    }

    @Test
    void refreshAndLogoutNeedClaims() {
        assertRefused("verifiedClaims", () -> tokens.refresh(null, METADATA));
        assertRefused("metadata", () -> tokens.refresh(Map.of(), null));
        assertRefused("verifiedClaims", () -> tokens.logout(null));
    }

    @Test
    void lifetimeOfALoginIsBetweenASecondAndTenYears() {
        for (Duration wrong :
                List.of(Duration.ofMillis(999), Duration.ofDays(3650).plusMillis(1))) {
            assertRefused("maxLifetime", () -> tokens.login("alice", METADATA, wrong, null));
        }
        for (Duration right : List.of(Duration.ofSeconds(1), Duration.ofDays(3650))) {
            assertThat(tokens.login("alice", METADATA, right, null).session().maxExpiresAt())
                    .isEqualTo(clock.instant().plus(right));
        }
    }

    private void assertRefused(String name, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageStartingWith(name + " must ");
        assertThat(store.questions()).isZero();
    }
}
