// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.oidcLogin;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.opaqueToken;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** Where an authentication may come from, and what its token may contain. */
@SpringBootTest(
        classes = {TestServer.FullApplication.class, ShapeConfigurations.InlineDecoder.class},
        properties = "session.tracking.redis-url=redis://127.0.0.1:1")
@AutoConfigureMockMvc
@DirtiesContext
class AuthenticationSourceTests {

    @Autowired
    MockMvc mvc;

    @Autowired
    RecordingSessions sessions;

    @BeforeEach
    void forget() {
        sessions.recover();
        sessions.forget();
    }

    @Test
    void jwtOfSpringSecurityTestIsAcceptedWhileItsSessionLives() throws Exception {
        String session = sessions.begin();

        assertThat(get("/me", testJwt(session)).getResponse().getStatus()).isEqualTo(200);
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @Test
    void jwtOfSpringSecurityTestIsRefusedWhenItsSessionHasEnded() throws Exception {
        MvcResult result = get("/me", testJwt(revoked()));

        assertRefused(result);
        assertThat(result.getRequest().getSession(false)).isNull();
    }

    @Test
    void jwtOfSpringSecurityTestIsUnavailableInAnOutageUnderReject() throws Exception {
        sessions.goDown(OutagePolicy.REJECT);

        MockHttpServletResponse answer = get("/me", testJwt("any")).getResponse();

        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getHeader("Retry-After")).isEqualTo("5");
    }

    @Test
    void jwtOfSpringSecurityTestCanBeLoggedOut() throws Exception {
        String session = sessions.begin();

        MockHttpServletResponse answer = mvc.perform(MockMvcRequestBuilders.post("/logout")
                        .with(testJwt(session))
                        .with(csrf()))
                .andReturn()
                .getResponse();

        assertThat(answer.getStatus()).isEqualTo(204);
        assertThat(sessions.isSessionValid(session)).isFalse();
    }

    @Test
    void dpopChallengeForADPoPRequestThatNoTokenFilterAuthenticated() throws Exception {
        MvcResult result = mvc.perform(MockMvcRequestBuilders.get("/me")
                        .header("Authorization", "DPoP abc")
                        .with(testJwt(revoked())))
                .andReturn();

        assertThat(result.getResponse().getStatus()).isEqualTo(401);
        assertThat(result.getResponse().getHeader("WWW-Authenticate")).startsWith("DPoP error=\"invalid_token\"");
    }

    @Test
    void jwtInAnHttpSessionIsRefusedWhenItsSessionHasEnded() throws Exception {
        MockHttpSession httpSession = new MockHttpSession();
        String session = sessions.begin();
        httpSession.setAttribute(
                HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY,
                new SecurityContextImpl(new JwtAuthenticationToken(
                        Jwt.withTokenValue("stored")
                                .header("alg", "none")
                                .subject("alice")
                                .claim("sid", session)
                                .build(),
                        List.of())));

        assertThat(mvc.perform(MockMvcRequestBuilders.get("/me").session(httpSession))
                        .andReturn()
                        .getResponse()
                        .getStatus())
                .isEqualTo(200);
        sessions.revokeSession(session);
        assertRefused(mvc.perform(MockMvcRequestBuilders.get("/open/hello").session(httpSession))
                .andReturn());
        assertThat(mvc.perform(MockMvcRequestBuilders.get("/open/me").session(httpSession))
                        .andReturn()
                        .getResponse()
                        .getContentAsString())
                .as("the refused context is gone, its browser can log in again")
                .isEqualTo("nobody");
    }

    @Test
    void idTokenOfAnOAuth2LoginIsNotJudged() throws Exception {
        RequestPostProcessor login = oidcLogin().idToken(token -> token.claim("sid", "of-the-provider"));

        assertThat(get("/me", login).getResponse().getStatus()).isEqualTo(200);
        assertThat(sessions.lookups()).isEmpty();
    }

    @Test
    void opaqueTokenIsNotJudged() throws Exception {
        RequestPostProcessor opaque = opaqueToken().attributes(attributes -> attributes.put("sid", "of-the-server"));

        assertThat(get("/me", opaque).getResponse().getStatus()).isEqualTo(200);
        assertThat(sessions.lookups()).isEmpty();
    }

    @Test
    void passwordLoginIsNotJudged() throws Exception {
        assertThat(get("/me", user("alice")).getResponse().getStatus()).isEqualTo(200);
        assertThat(sessions.lookups()).isEmpty();
    }

    @Test
    void revokedTokenIsRefusedWhereNoneIsNeeded() throws Exception {
        assertThat(get("/open/hello", request -> request).getResponse().getStatus())
                .isEqualTo(200);
        assertRefused(get("/open/hello", MvcTester.session(revoked())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void unusableSessionClaimIsRefusedWithoutALookup(Object sid) throws Exception {
        String token = TestIssuer.get().sign(claims -> claims.claim("sid", sid));

        assertRefused(get("/me", MvcTester.bearer(token)));
        assertThat(sessions.lookups()).isEmpty();
    }

    static Stream<Named<Object>> unusableSessionClaimIsRefusedWithoutALookup() {
        return Stream.of(
                Named.of("a huge number", new java.math.BigInteger("9".repeat(500))),
                Named.of("a list", List.of("a")),
                Named.of("an empty list", List.of()),
                Named.of("too long", "a".repeat(257)),
                Named.of("a megabyte", "a".repeat(1 << 20)),
                Named.of("a line break", "a\r\nSET x y"),
                Named.of("a null character", "a\0b"),
                Named.of("not ASCII", "sessión"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void hostileTokenIsNoServerError(String token) throws Exception {
        int status = get("/me", MvcTester.bearer(token)).getResponse().getStatus();

        assertThat(status).isEqualTo(401);
    }

    static Stream<Named<String>> hostileTokenIsNoServerError() {
        return Stream.of(
                Named.of("garbage", "garbage"),
                Named.of("dots", ".."),
                Named.of("unsigned", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."),
                Named.of("five parts", "a.b.c.d.e"),
                Named.of("deep JSON", "eyJhbGciOiJSUzI1NiJ9." + "W1tb".repeat(4000) + ".c2ln"),
                Named.of(
                        "another key's signature",
                        TestIssuer.get().token("x").replaceAll("\\.[^.]+$", ".c2lnbmF0dXJl")));
    }

    private String revoked() {
        String session = sessions.begin();
        sessions.revokeSession(session);
        return session;
    }

    private MvcResult get(String path, RequestPostProcessor authentication) throws Exception {
        return mvc.perform(MockMvcRequestBuilders.get(path).with(authentication))
                .andReturn();
    }

    private static RequestPostProcessor testJwt(String session) {
        return jwt().jwt(token -> token.subject("alice").claim("sid", session));
    }

    private static void assertRefused(MvcResult result) {
        MockHttpServletResponse response = result.getResponse();
        assertThat(response.getStatus()).isEqualTo(401);
        assertThat(response.getHeader("WWW-Authenticate"))
                .startsWith("Bearer error=\"invalid_token\", error_description=\"");
        assertThat(response.getCookies()).isEmpty();
        assertThat(response.getRedirectedUrl()).isNull();
        assertThat(response.getContentLength()).isZero();
    }
}
