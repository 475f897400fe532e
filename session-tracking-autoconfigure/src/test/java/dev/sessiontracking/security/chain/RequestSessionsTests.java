// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent.RequestRejected.Reason;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.security.SessionTokenEvaluator;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
import dev.sessiontracking.spi.OutagePolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;

/** Which sessions an authentication stands for, and what follows from them, without any filter. */
@ExtendWith(OutputCaptureExtension.class)
class RequestSessionsTests {

    private final ChainTraits jwts = new ChainTraits("api", Tokens.JWT);

    private final ChainTraits opaque = new ChainTraits("api", Tokens.OPAQUE);

    private final RecordingSessions engine = new RecordingSessions();

    private final List<Reason> rejected = new ArrayList<>();

    private final RejectionSink sink = (reason, sessionId, userId) -> rejected.add(reason);

    private final SessionTokenEvaluator evaluator = engine.evaluator(sink);

    private final Reader reader = new Reader();

    private final RequestSessions<String> sessions = new RequestSessions<>(evaluator, reader);

    private final RequestSessionState state = new RequestSessionState();

    private static final class Reader implements RequestReader<String> {

        private List<SessionClaim> stored = List.of();

        private List<String> tokens = List.of();

        @Override
        public List<SessionClaim> storedSessions(String request, Authentication authentication) {
            return stored;
        }

        @Override
        public List<String> tokens(String request) {
            return tokens;
        }

        @Override
        public List<String> tokensOutsideBody(String request) {
            return tokens;
        }

        @Override
        public String howToReportAToken() {
            return "report";
        }
    }

    private static Jwt jwt(String text, @Nullable String session) {
        Jwt.Builder jwt = Jwt.withTokenValue(text).header("alg", "none").subject("alice");
        return (session == null ? jwt : jwt.claim("sid", session)).build();
    }

    private static SessionClaim claim(String session) {
        return SessionClaim.named(new TokenSession(session, "alice", null), null);
    }

    private static BearerTokenAuthentication bearer(String text, OAuth2AuthenticatedPrincipal principal) {
        return new BearerTokenAuthentication(
                principal, new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, text, null, null), List.of());
    }

    private List<String> examined(Authentication authentication, Origin origin, ChainTraits chain) {
        assertThat(sessions.examine(state, authentication, origin, chain, "request"))
                .isTrue();
        return ids(state.lastClaims());
    }

    private static List<String> ids(List<SessionClaim> claims) {
        return claims.stream()
                .map(claim -> claim.session() == null ? "none" : claim.session().sessionId())
                .toList();
    }

    // which sessions

    @Test
    void usualAuthenticationNamesTheSessionOfItsToken() {
        JwtAuthenticationToken usual = new JwtAuthenticationToken(jwt("text", "a"));
        assertThat(examined(usual, Origin.TOKEN_FILTER, jwts)).containsExactly("a");
        assertThat(state.hiddenClaims()).isEmpty();
        assertThat(state.authentication()).isSameAs(usual);
    }

    @Test
    void whatTheDecoderHasReadIsNotReadAgain() {
        state.noteVerified(Map.of("sid", "noted"));
        assertThat(examined(new JwtAuthenticationToken(jwt("text", "a")), Origin.TOKEN_FILTER, jwts))
                .containsExactly("a", "noted");
        assertThat(state.hiddenClaims()).hasSize(2);
    }

    @Test
    void everyTokenInsideAnAuthenticationCounts() {
        JwtAuthenticationToken usual = new JwtAuthenticationToken(jwt("text", "a"));
        usual.setDetails(jwt("other", "b"));
        assertThat(examined(usual, Origin.TOKEN_FILTER, jwts)).containsExactly("a", "b");
        TestingAuthenticationToken odd = new TestingAuthenticationToken(jwt("1", "c"), jwt("2", "d"));
        odd.setDetails(jwt("3", "c"));
        assertThat(examined(odd, Origin.OTHER_FILTER, jwts)).containsExactly("c", "d");
        assertThat(state.hiddenClaims()).isEmpty();
        assertThat(ids(sessions.claims(new RequestSessionState(), odd))).containsExactly("c", "d");
        assertThat(sessions.claims(new RequestSessionState(), null)).isEmpty();
    }

    @Test
    void examinedAuthenticationNeedNoLongerContainItsTokens() {
        Authentication hiding = new TestingAuthenticationToken("alice", null);
        state.noteVerified(Map.of("sid", "a", "sub", "alice"));
        assertThat(examined(hiding, Origin.OTHER_FILTER, jwts)).containsExactly("a");
        assertThat(state.hiddenClaims()).hasSize(1);
        assertThat(sessions.claims(state, hiding)).containsExactly(claim("a"));
    }

    @Test
    void storedAuthenticationHasItsOriginalUserOrWhatWasStoredBesideIt() {
        Authentication original = new JwtAuthenticationToken(jwt("text", "admin"));
        assertThat(examined(switched(original, 1), Origin.STORED, jwts)).containsExactly("admin");
        assertThat(examined(switched(original, 5), Origin.STORED, jwts)).isEmpty();
        reader.stored = List.of(claim("a"), claim("b"));
        assertThat(examined(switched(original, 5), Origin.STORED, jwts)).containsExactly("a", "b");
    }

    private static Authentication switched(Authentication original, int times) {
        Authentication current = original;
        for (int i = 0; i < times; i++) {
            current = new TestingAuthenticationToken(
                    "alice", null, List.of(new SwitchUserGrantedAuthority("ROLE_PREVIOUS", current)));
        }
        return current;
    }

    @Test
    void opaqueAuthenticationOfAJwtIsReadByTheText() {
        String text = TestIssuer.get().token("in-the-text");
        OAuth2AuthenticatedPrincipal principal = new DefaultOAuth2AuthenticatedPrincipal(
                "alice", Map.of("sid", "in-the-attributes"), AuthorityUtils.NO_AUTHORITIES);
        assertThat(examined(bearer(text, principal), Origin.TOKEN_FILTER, opaque))
                .containsExactly("in-the-text");
        assertThat(examined(bearer("opaque", principal), Origin.TOKEN_FILTER, opaque))
                .isEmpty();
        OAuth2AuthenticatedPrincipal introspected = new OAuth2IntrospectionAuthenticatedPrincipal(
                "alice", Map.of("sid", "of-the-server"), AuthorityUtils.NO_AUTHORITIES);
        assertThat(examined(bearer(text, introspected), Origin.TOKEN_FILTER, opaque))
                .isEmpty();
    }

    @Test
    void presentedTokenIsReadAsTheChainUnderstandsIt(CapturedOutput output) {
        Authentication hiding = new TestingAuthenticationToken("alice", null);
        String text = TestIssuer.get().token("a");
        state.present(text);
        assertThat(examined(hiding, Origin.TOKEN_FILTER, jwts)).containsExactly("a");
        state.present(text);
        assertThat(examined(hiding, Origin.TOKEN_FILTER, opaque)).isEmpty();
        assertThat(output).containsOnlyOnce("accepted a JWT as an opaque token");
        RequestSessions<String> ours =
                new RequestSessions<>(engine.evaluator(sink, TestIssuer.get().uri()), reader);
        state.present(text);
        assertThat(ours.examine(state, hiding, Origin.TOKEN_FILTER, opaque, "request"))
                .isTrue();
        assertThat(ids(state.lastClaims())).containsExactly("a");
    }

    @Test
    void introspectedTokenOfAJwtChainIsNoJwt() {
        OAuth2AuthenticatedPrincipal introspected = new OAuth2IntrospectionAuthenticatedPrincipal(
                "alice", Map.of("sid", "of-the-server"), AuthorityUtils.NO_AUTHORITIES);
        state.present("opaque");
        assertThat(examined(bearer("opaque", introspected), Origin.TOKEN_FILTER, jwts))
                .isEmpty();
        state.present("another");
        assertThat(sessions.examine(state, bearer("opaque", introspected), Origin.TOKEN_FILTER, jwts, "request"))
                .isFalse();
        assertThat(state.presented()).isEmpty();
    }

    @Test
    void tokenThatNobodyRecordedCannotBeDetermined(CapturedOutput output) {
        Authentication hiding = new TestingAuthenticationToken("alice", null);
        assertThat(examined(hiding, Origin.TOKEN_FILTER, jwts)).isEmpty();
        reader.tokens = List.of(TestIssuer.get().token("a"));
        ChainTraits chain = new ChainTraits("api", Tokens.JWT);
        for (int i = 0; i < 3; i++) {
            assertThat(sessions.examine(state, hiding, Origin.TOKEN_FILTER, chain, "request"))
                    .isFalse();
        }
        assertThat(output).containsOnlyOnce("token cannot be determined");
        state.presentOtherCredentials();
        assertThat(examined(hiding, Origin.TOKEN_FILTER, chain)).isEmpty();
    }

    @Test
    void otherFilterKeepsTheSessionsThatWereFoundBefore(CapturedOutput output) {
        examined(new JwtAuthenticationToken(jwt("text", "a")), Origin.TOKEN_FILTER, jwts);
        Authentication enriched = new TestingAuthenticationToken("alice", null);
        assertThat(examined(enriched, Origin.OTHER_FILTER, jwts)).containsExactly("a");
        assertThat(output).doesNotContain("without checking");
        reader.tokens = List.of(TestIssuer.get().token("a"));
        RequestSessionState other = new RequestSessionState();
        assertThat(sessions.examine(other, enriched, Origin.OTHER_FILTER, jwts, "request"))
                .isTrue();
        assertThat(output).containsOnlyOnce("without checking the session");
    }

    // what follows

    private SessionDecision decided(String... ids) {
        RequestSessionState fresh = new RequestSessionState();
        List<SessionClaim> claims = Arrays.stream(ids)
                .map(id -> id.isEmpty() ? evaluator.read(Map.of()) : claim(id))
                .toList();
        fresh.examined(new TestingAuthenticationToken("alice", null), claims, true);
        return sessions.decide(fresh);
    }

    @Test
    void oneEndedSessionIsEnough() {
        String live = engine.begin();
        assertThat(decided()).isEqualTo(SessionDecision.PLAIN);
        assertThat(decided(live)).isEqualTo(SessionDecision.LIVE);
        assertThat(decided("ended", live)).isEqualTo(SessionDecision.ENDED);
        assertThat(decided(live, "ended")).isEqualTo(SessionDecision.ENDED);
        engine.goDown(OutagePolicy.REJECT);
        assertThat(decided(live, "")).isEqualTo(SessionDecision.UNAVAILABLE);
        assertThat(sessions.isUnusable(evaluator.read(Map.of("sid", List.of(42)))))
                .isTrue();
        assertThat(sessions.isUnusable(claim(live))).isFalse();
    }

    @Test
    void verifiedMeansThatEverySessionIsLive() {
        String live = engine.begin();
        String other = engine.begin();
        Authentication both = new TestingAuthenticationToken(jwt("1", live), jwt("2", other));
        assertThat(sessions.decideVerified(new RequestSessionState(), both)).isEqualTo(SessionDecision.LIVE);
        assertThat(sessions.decideVerified(state, null)).isEqualTo(SessionDecision.PLAIN);
        engine.revokeSession(live);
        assertThat(sessions.decideVerified(new RequestSessionState(), both)).isEqualTo(SessionDecision.ENDED);
        engine.goDown(OutagePolicy.PLAIN_JWT);
        rejected.clear();
        assertThat(sessions.decideVerified(new RequestSessionState(), both)).isEqualTo(SessionDecision.UNVERIFIED);
        assertThat(rejected).containsExactly(Reason.UNAVAILABLE);
    }

    @Test
    void allSessionsArePrepared() {
        String live = engine.begin();
        List<SessionClaim> claims = List.of(claim(live), claim("ended"));
        CompletionStage<Void> prepared = sessions.prepare(state, claims);
        if (prepared != null) {
            prepared.toCompletableFuture().join();
        }
        assertThat(engine.lookups()).hasSize(2);
        assertThat(sessions.prepare(state, claims)).isNull();
        assertThat(sessions.isAcceptable(state, claims)).isFalse();
        assertThat(sessions.isAcceptable(state, claims.subList(0, 1))).isTrue();
    }
}
