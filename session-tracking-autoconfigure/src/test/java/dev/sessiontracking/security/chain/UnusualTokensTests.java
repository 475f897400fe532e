// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;

/** Tokens that arrive in an unusual way, or are none. */
@ExtendWith(OutputCaptureExtension.class)
class UnusualTokensTests {

    private static final Authentication HIDING = new TestingAuthenticationToken("alice", null);

    private final RequestSessions<String> sessions =
            new RequestSessions<>(new RecordingSessions().evaluator(RejectionSink.NONE), null);

    private final RequestSessionState state = new RequestSessionState();

    private List<String> examined(Authentication authentication, ChainTraits chain) {
        assertThat(sessions.examine(state, authentication, Origin.TOKEN_FILTER, chain, "request"))
                .isTrue();
        return state.lastClaims().stream()
                .map(claim -> claim.session().sessionId())
                .toList();
    }

    private List<String> presented(String token, ChainTraits chain) {
        state.present(token);
        return examined(HIDING, chain);
    }

    @Test
    void managerOfTheApplicationVerifiesAJwtIfItVerifiesWhatIsPresented() {
        String jwt = TestIssuer.get().token("a");
        ChainTraits exact = new ChainTraits("api", Tokens.CUSTOM, true);
        assertThat(presented(jwt, exact)).containsExactly("a");
        assertThat(presented("opaque", exact)).isEmpty();
        assertThat(presented(jwt, new ChainTraits("api", Tokens.CUSTOM))).containsExactly("a");
        assertThat(presented(jwt, new ChainTraits("api", Tokens.OPAQUE, true))).isEmpty();
    }

    @Test
    void encryptedCredentialsAreNoToken() {
        String encrypted = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..QUJD.QUJD.QUJD";
        JwtTexts.present(new TestingAuthenticationToken("alice", encrypted), state);
        assertThat(state.hasOtherCredentials()).isTrue();
    }

    @Test
    void authenticationMayHaveNoAuthorities() {
        Authentication none = new TestingAuthenticationToken("alice", null) {
            @Override
            public Collection<GrantedAuthority> getAuthorities() {
                return null;
            }
        };
        state.present("opaque");
        assertThat(examined(none, new ChainTraits("api", Tokens.CUSTOM))).isEmpty();
    }

    @Test
    void jwtThatPassesAsAnOpaqueTokenIsWarnedOfOnce(CapturedOutput output) {
        ChainTraits opaque = new ChainTraits("api", Tokens.OPAQUE);
        presented(TestIssuer.get().token("a"), opaque);
        assertThat(output).contains("accepted a JWT as an opaque token");
        presented(TestIssuer.get().token("b"), opaque);
        assertThat(output).containsOnlyOnce("accepted a JWT as an opaque token");
    }

    @Test
    void tokenThatIsVerifiedLaterIsAddedToThoseThatAreKnown() {
        ChainTraits chain = new ChainTraits("api", Tokens.JWT);
        state.noteVerified(Map.of("sid", "a"));
        examined(HIDING, chain);
        state.noteVerified(Map.of("sid", "b"));
        assertThat(examined(HIDING, chain)).containsExactly("b", "a");
    }

    @Test
    void jwtOfAnAuthenticationOfTheApplicationIsFound() {
        Jwt jwt = Jwt.withTokenValue("text")
                .header("alg", "none")
                .claim("sid", "a")
                .build();
        Authentication own = new AbstractOAuth2TokenAuthenticationToken<>(jwt, "alice", "", List.of()) {
            private static final long serialVersionUID = 1;

            @Override
            public Map<String, Object> getTokenAttributes() {
                return Map.of();
            }
        };
        assertThat(examined(own, new ChainTraits("api", Tokens.JWT))).containsExactly("a");
    }

    @Test
    void opaqueTokenPassesAlsoWhereAnIssuerIsNamed() {
        RequestSessions<String> named =
                new RequestSessions<>(new RecordingSessions().evaluator(RejectionSink.NONE, "https://ours"), null);
        state.present("opaque");
        assertThat(named.examine(state, HIDING, Origin.TOKEN_FILTER, new ChainTraits("api", Tokens.OPAQUE), "request"))
                .isTrue();
        assertThat(state.lastClaims()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "opaque",
                "eyJhbGciOiJub25lIn0.eyJzaWQiOiJhIn0.",
                "eyJhbGciOiJSUzI1NiJ9.bm8ganNvbg.c2ln",
                "eyJhbGciOiJSUzI1NiJ9.eyJzaWQiOiJhIn0"
            })
    void textThatIsNoSignedJwtHasNoClaims(String text) {
        assertThat(TokenText.claims(text)).isNull();
    }
}
