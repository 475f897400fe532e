// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims of every kind, in tokens of tracked and of untracked sessions, with tracking on and off. */
class RefreshTokenTests extends SessionTokensFixture {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private Map<String, Object> tracked() {
        return refreshToken(tokens.login("alice", METADATA));
    }

    private Map<String, Object> untracked() {
        store.fail();
        try {
            return refreshToken(tokens.login("alice", METADATA));
        } finally {
            store.recover();
        }
    }

    private void assertNotAccepted(Map<String, Object> claims) {
        for (SessionTokens each : List.of(tokens, off)) {
            assertThatExceptionOfType(SessionEndedException.class).isThrownBy(() -> each.refresh(claims, METADATA));
        }
        assertThatCode(() -> tokens.logout(claims)).doesNotThrowAnyException();
    }

    static Stream<Arguments> strangeClaims() {
        Map<String, List<?>> strange = Map.of(
                "token_use", List.of("access", "", 1, List.of("refresh")),
                "srt",
                        List.of(
                                0.0,
                                0.9f,
                                BigInteger.ZERO,
                                BigInteger.TWO.pow(64),
                                BigDecimal.ZERO,
                                -1,
                                Long.MIN_VALUE,
                                (1L << 53) + 1,
                                Long.MAX_VALUE,
                                Double.NaN,
                                "0",
                                true),
                "sid", List.of("", "x".repeat(1_000), "a b", 1, true, List.of("a")),
                "sub", List.of("", " ", 1.5, true, List.of("alice"), "x".repeat(1_000)),
                "exp", List.of("", "1893456000", true, Double.NaN, Map.of(), List.of(NOW)),
                "auth_time", List.of("", "1893456000", true, Double.NaN, Map.of()),
                "srx", List.of("", "1893456000", true, Double.NaN, Map.of()));
        List<Arguments> rows = new ArrayList<>();
        strange.forEach((claim, values) -> values.forEach(value -> rows.add(arguments(claim, value))));
        strange.keySet().forEach(claim -> rows.add(arguments(claim, null)));
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource("strangeClaims")
    void strangeClaimIsNotAccepted(String claim, @Nullable Object value) {
        for (Map<String, Object> claims : List.of(tracked(), untracked())) {
            claims.put(claim, value);
            assertNotAccepted(claims);
        }
    }

    @Test
    void strangeIdOfAnUntrackedSessionIsNotAccepted() {
        for (Object strange : Arrays.asList(null, "", "x".repeat(1_000), "a b", 1, List.of("a"))) {
            Map<String, Object> claims = untracked();
            claims.put("srs", strange);
            assertNotAccepted(claims);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"token_use", "srt", "sid", "sub", "exp"})
    void tokenWithoutOneOfItsClaimsIsNotAccepted(String claim) {
        Map<String, Object> claims = tracked();
        claims.remove(claim);
        assertNotAccepted(claims);
    }

    @Test
    void expiredTokenIsNotAcceptedAfterAMinute() {
        for (Map<String, Object> claims : List.of(tracked(), untracked())) {
            for (Object exp : List.of(NOW.minusSeconds(61), NOW.getEpochSecond() - 61, 0, -1, Long.MIN_VALUE)) {
                claims.put("exp", exp);
                for (SessionTokens each : List.of(tokens, off)) {
                    assertThatExceptionOfType(SessionEndedException.class)
                            .isThrownBy(() -> each.refresh(claims, METADATA))
                            .satisfies(ended -> assertThat(ended.reason()).contains(SessionEndReason.EXPIRED));
                }
            }
            claims.put("exp", NOW.minusSeconds(60));
            assertThat(tokens.refresh(claims, METADATA).session().tracked()).isTrue();
        }
        assertThatExceptionOfType(SessionEndedException.class)
                .isThrownBy(() -> tokens.register("alice", "old", METADATA, NOW, NOW.minusSeconds(61)));
    }

    static Stream<Object> farTimes() {
        return Stream.of(
                Long.MAX_VALUE,
                Long.MAX_VALUE / 1_000,
                1e300,
                Double.POSITIVE_INFINITY,
                BigInteger.TWO.pow(64).add(BigInteger.ONE),
                new BigDecimal("1e400"),
                new Date(Long.MAX_VALUE),
                new java.sql.Date(NOW.plusSeconds(60).toEpochMilli()),
                Instant.MAX);
    }

    @ParameterizedTest
    @MethodSource("farTimes")
    void timesFarAwayAreAccepted(Object time) {
        for (String claim : List.of("exp", "auth_time", "srx")) {
            for (Map<String, Object> claims : List.of(tracked(), untracked())) {
                claims.put(claim, time);
                assertThat(off.refresh(claims, METADATA).refreshClaims()).containsEntry("srt", 1L);
                store.fail();
                TokenGrant during = tokens.refresh(claims, METADATA);
                assertThat(during.refreshExpiresAt()).isAfter(NOW).isBefore(Instant.parse("+10000-01-01T00:00:00Z"));
                store.recover();
                TokenGrant after = tokens.refresh(claims, METADATA);
                assertThat(after.session().tracked()).isTrue();
                assertThat(after.session().createdAt()).isBeforeOrEqualTo(NOW.plus(Duration.ofDays(1)));
            }
            assertThatCode(() -> {
                        Map<String, Object> claims = untracked();
                        claims.put(claim, time);
                        tokens.logout(claims);
                    })
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void loginBeforeAllTimesIsOneOf1970() {
        for (Object time : List.of(Long.MIN_VALUE, Instant.MIN, new Date(Long.MIN_VALUE), Double.NEGATIVE_INFINITY)) {
            Map<String, Object> claims = tracked();
            claims.put("auth_time", time);
            assertThat(tokens.refresh(claims, METADATA).accessClaims()).containsEntry("auth_time", 0L);
        }
    }

    @Test
    void timesMayComeAsAnyDecoderRepresentsThem() {
        for (Object exp : List.of(Date.from(NOW.plus(TTL)), NOW.plus(TTL).getEpochSecond(), 1_893_456_000.5, NOW)) {
            Map<String, Object> claims = tracked();
            claims.put("exp", exp);
            claims.put("auth_time", Date.from(NOW));
            assertThat(tokens.refresh(claims, METADATA)).isNotNull();
        }
    }
}
