// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.chain.ChainTraits;
import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import dev.sessiontracking.security.chain.RejectedTokenException;
import dev.sessiontracking.security.chain.RequestReader;
import dev.sessiontracking.security.chain.RequestSessions;
import dev.sessiontracking.security.chain.RequestSessions.Origin;
import dev.sessiontracking.spi.OutagePolicy;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/** What the check behind a filter does with an authentication, without any chain. */
class ChainSessionCheckTests {

    private final RecordingSessions engine = new RecordingSessions();

    private final List<String> logouts = new ArrayList<>();

    private boolean logoutRejects;

    private List<String> tokens = List.of();

    private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/logout");

    private final MockHttpServletResponse response = new MockHttpServletResponse();

    private final RequestSessionState state = RequestToken.state(request);

    private final ChainSessionCheck check = check(logout());

    private ChainSessionCheck check(ChainLogout logout) {
        RequestReader<HttpServletRequest> reader = new RequestReader<>() {
            @Override
            public List<SessionClaim> storedSessions(HttpServletRequest request, Authentication stored) {
                return List.of();
            }

            @Override
            public List<String> tokens(HttpServletRequest request) {
                return tokens;
            }

            @Override
            public List<String> tokensOutsideBody(HttpServletRequest request) {
                return tokens;
            }

            @Override
            public String howToReportAToken() {
                return "report";
            }
        };
        return new ChainSessionCheck(
                new RequestSessions<>(engine.evaluator(RejectionSink.NONE), reader),
                new SessionRejections(SecurityContextHolder.getContextHolderStrategy()),
                new ChainTraits("api", Tokens.JWT),
                logout);
    }

    private ChainLogout logout() {
        LogoutFilter filter = new LogoutFilter(
                (request, response, authentication) -> response.setStatus(204), (request, response, authentication) -> {
                    if (logoutRejects) {
                        throw new RejectedTokenException(null);
                    }
                    logouts.add(request.getRequestURI());
                });
        filter.setLogoutRequestMatcher(PathPatternRequestMatcher.pathPattern(HttpMethod.POST, "/logout"));
        return new ChainLogout(filter);
    }

    private static JwtAuthenticationToken token(String session) {
        return new JwtAuthenticationToken(Jwt.withTokenValue(session)
                .header("alg", "none")
                .subject("alice")
                .claim("sid", session)
                .build());
    }

    private boolean passes(Authentication authentication, Origin origin) throws Exception {
        request.setRequestURI("/me");
        return check.passes(state, authentication, origin, true, request, response);
    }

    @Test
    void liveSessionPassesWithOneLookup() throws Exception {
        JwtAuthenticationToken live = token(engine.begin());
        assertThat(passes(live, Origin.TOKEN_FILTER)).isTrue();
        assertThat(passes(live, Origin.OTHER_FILTER)).isTrue();
        assertThat(engine.lookups()).hasSize(1);
        assertThat(state.rejection()).isNull();
        assertThat(check.chain().tokens()).isEqualTo(Tokens.JWT);
        assertThat(check.rejections()).isNotNull();
    }

    @Test
    void endedSessionOfTheTokenFilterIsThrownWithItsReason() {
        engine.revokeSession("a", SessionEndReason.LOGOUT);
        assertThatExceptionOfType(RejectedTokenException.class)
                .isThrownBy(() -> passes(token("a"), Origin.TOKEN_FILTER));
        assertThat(state.rejection()).isEqualTo(SessionDecision.ENDED);
        assertThat(state.endReason()).isEqualTo(SessionEndReason.LOGOUT);
        assertThat(response.getStatus()).isEqualTo(200);
    }

    @Test
    void endedSessionOfAnotherFilterIsAnsweredOnce() throws Exception {
        SecurityContextHolder.getContext().setAuthentication(token("a"));
        request.setAttribute(RequestAttributeSecurityContextRepository.DEFAULT_REQUEST_ATTR_NAME, "saved");
        assertThat(passes(token("a"), Origin.OTHER_FILTER)).isFalse();
        assertThat(response.getStatus()).isEqualTo(401);
        assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
        assertThat(request.getAttribute(RequestAttributeSecurityContextRepository.DEFAULT_REQUEST_ATTR_NAME))
                .isNull();
        response.setHeader("WWW-Authenticate", "of an entry point");
        assertThat(passes(token(engine.begin()), Origin.OTHER_FILTER)).isFalse();
        assertThat(response.getHeader("WWW-Authenticate")).isEqualTo("of an entry point");
        response.setStatus(200);
        assertThat(passes(token("a"), Origin.OTHER_FILTER)).isFalse();
        assertThat(response.getStatus()).isEqualTo(401);
    }

    @Test
    void rejectedRequestMayGoOnAnonymously() throws Exception {
        passes(token("a"), Origin.OTHER_FILTER);
        Authentication anonymous = new AnonymousAuthenticationToken(
                "key", "anonymous", AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));
        assertThat(passes(anonymous, Origin.OTHER_FILTER)).isTrue();
    }

    @Test
    void authenticationThatTheTokenFilterHasFoundIsAnsweredHere() throws Exception {
        JwtAuthenticationToken stored = token("a");
        state.beforeTokenFilter(stored);
        assertThat(passes(stored, Origin.TOKEN_FILTER)).isFalse();
        assertThat(response.getStatus()).isEqualTo(401);
    }

    @Test
    void unavailableStoreIsAnsweredHere() throws Exception {
        engine.goDown(OutagePolicy.REJECT);
        assertThat(passes(token("a"), Origin.TOKEN_FILTER)).isFalse();
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(state.rejection()).isEqualTo(SessionDecision.UNAVAILABLE);
    }

    @Test
    void outageEndsNoLoginThatIsStored() throws Exception {
        engine.goDown(OutagePolicy.REJECT);
        JwtAuthenticationToken stored = token("a");
        SecurityContextHolder.getContext().setAuthentication(stored);
        assertThat(passes(stored, Origin.STORED)).isFalse();
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(SecurityContextHolder.getContext().getAuthentication()).isSameAs(stored);
        SecurityContextHolder.clearContext();
    }

    @Test
    void revocationEndsALoginThatIsStored() throws Exception {
        SecurityContextHolder.getContext().setAuthentication(token("a"));
        assertThat(passes(token("a"), Origin.STORED)).isFalse();
        assertThat(response.getStatus()).isEqualTo(401);
        assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
    }

    @Test
    void undeterminedTokenIsUnusable() {
        tokens = List.of(TestIssuer.get().token("a"));
        assertThatExceptionOfType(RejectedTokenException.class)
                .isThrownBy(() -> passes(new TestingAuthenticationToken("alice", null), Origin.TOKEN_FILTER));
        assertThat(state.rejection()).isEqualTo(SessionDecision.UNUSABLE);
        assertThat(engine.lookups()).isEmpty();
    }

    // logout

    private boolean passesLogout(Authentication authentication, Origin origin, boolean logoutFirst) throws Exception {
        return check.passes(state, authentication, origin, logoutFirst, request, response);
    }

    @Test
    void logoutNeedsNoLookup() throws Exception {
        assertThat(passesLogout(token("a"), Origin.TOKEN_FILTER, true)).isFalse();
        assertThat(logouts).containsExactly("/logout");
        assertThat(response.getStatus()).isEqualTo(204);
        assertThat(engine.lookups()).isEmpty();
    }

    @Test
    void logoutThatComesLaterInTheChainHandlesRejectedSessionsOnly() throws Exception {
        JwtAuthenticationToken live = token(engine.begin());
        assertThat(passesLogout(live, Origin.OTHER_FILTER, false)).isTrue();
        assertThat(passesLogout(live, Origin.OTHER_FILTER, false)).isTrue();
        assertThat(logouts).isEmpty();
        assertThat(passesLogout(live, Origin.OTHER_FILTER, true)).isFalse();
        assertThat(logouts).hasSize(1);
        assertThat(passesLogout(token("ended"), Origin.TOKEN_FILTER, false)).isFalse();
        assertThat(logouts).hasSize(2);
        assertThat(state.rejection()).isNull();
    }

    @Test
    void chainWithoutLogoutLogsNobodyOut() throws Exception {
        ChainSessionCheck without = check(null);
        assertThat(without.passes(state, token(engine.begin()), Origin.TOKEN_FILTER, true, request, response))
                .isTrue();
        assertThat(without.logsOutNobody(request, response)).isFalse();
    }

    @Test
    void logoutOfNobodyIsHandledIfItIsALogout() throws Exception {
        assertThat(check.logsOutNobody(request, response)).isTrue();
        assertThat(logouts).hasSize(1);
        request.setRequestURI("/me");
        assertThat(check.logsOutNobody(request, response)).isFalse();
    }

    @Test
    void tokenThatTheLogoutRejectsIsThrownOrAnswered() throws Exception {
        logoutRejects = true;
        assertThatExceptionOfType(RejectedTokenException.class)
                .isThrownBy(() -> passesLogout(token("a"), Origin.TOKEN_FILTER, true));
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(passesLogout(token("a"), Origin.OTHER_FILTER, true)).isFalse();
        assertThat(response.getStatus()).isEqualTo(401);
    }

    @Test
    void onlyPostLogsATokenOutUnlessTheApplicationSaysSo() throws Exception {
        LogoutFilter anyMethod = new LogoutFilter(
                (request, response, authentication) -> response.setStatus(204),
                (request, response, authentication) -> logouts.add(request.getMethod()));
        anyMethod.setLogoutRequestMatcher(PathPatternRequestMatcher.pathPattern("/logout"));
        request.setMethod("GET");
        assertThat(check(new ChainLogout(anyMethod))
                        .passes(state, token("a"), Origin.TOKEN_FILTER, true, request, response))
                .isFalse();
        assertThat(logouts).containsExactly("GET");
    }
}
