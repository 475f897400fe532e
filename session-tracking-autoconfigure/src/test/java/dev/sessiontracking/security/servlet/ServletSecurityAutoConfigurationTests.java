// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

@ExtendWith(OutputCaptureExtension.class)
class ServletSecurityAutoConfigurationTests {

    private static final String ON = "session.tracking.redis-url=redis://127.0.0.1:1";

    private static final AutoConfigurations OURS = AutoConfigurations.of(
            SessionTrackingJwtAutoConfiguration.class, SessionTrackingServletSecurityAutoConfiguration.class);

    private final WebApplicationContextRunner runner =
            new WebApplicationContextRunner().withConfiguration(OURS).withUserConfiguration(RecordingSessions.class);

    @Test
    void registersWhenTrackingIsOn() {
        runner.withPropertyValues(ON)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(SessionLogoutHandler.class)
                        .hasBean("sessionTrackingHttpSecurityCustomizer")
                        .hasBean("sessionTrackingFilterChainInventory")
                        .doesNotHaveBean(Filter.class));
    }

    @Test
    void hasOnlyTheRulesWhenTrackingIsOff() {
        MvcTester.run(
                new WebApplicationContextRunner()
                        .withUserConfiguration(TestServer.Application.class, ShapeConfigurations.InlineDecoder.class),
                app -> {
                    assertThat(app.context().getBeanDefinitionNames())
                            .filteredOn(name -> name.startsWith("sessionTracking"))
                            .containsExactly(
                                    "sessionTrackingRefreshTokenRejection", "sessionTrackingSessionAuthorization");
                    assertThat(app.context().getBean(SecurityFilterChain.class).getFilters())
                            .noneMatch(filter -> filter.getClass().getName().startsWith("dev.sessiontracking"));
                    assertThat(app.get("/me", MvcTester.session("never-registered"))
                                    .getStatus())
                            .isEqualTo(200);
                });
    }

    @Test
    void backsOffOutsideServletApplications() {
        new ApplicationContextRunner()
                .withConfiguration(OURS)
                .withUserConfiguration(RecordingSessions.class)
                .withPropertyValues(ON)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SessionLogoutHandler.class));
    }

    @Test
    void backsOffWithoutSpringSecurityConfig() {
        runner.withPropertyValues(ON)
                .withClassLoader(new FilteredClassLoader("org.springframework.security.config"))
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean("sessionTrackingHttpSecurityCustomizer"));
    }

    @Test
    void backsOffWithoutServlets() {
        new ApplicationContextRunner()
                .withConfiguration(OURS)
                .withUserConfiguration(RecordingSessions.class)
                .withPropertyValues(ON)
                .withClassLoader(new FilteredClassLoader(HttpServletRequest.class))
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean("sessionTrackingHttpSecurityCustomizer"));
    }

    @Test
    void applicationCanReplaceTheCustomizerAndTheLogoutHandler() {
        runner.withPropertyValues(ON)
                .withUserConfiguration(Replacements.class)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(SessionLogoutHandler.class)
                        .getBean("sessionTrackingHttpSecurityCustomizer")
                        .isSameAs(Replacements.CUSTOMIZER));
    }

    @Test
    void replacedLogoutHandlerIsTheOneThatRuns() {
        MvcTester.run(OwnLogoutHandler.class, app -> {
            String session = app.sessions().begin();

            app.post("/logout", MvcTester.session(session));

            assertThat(app.sessions().revocations()).isEmpty();
            assertThat(app.context().getBean(OwnLogoutHandler.class).called).isTrue();
        });
    }

    @Test
    void applicationThatInjectsItsOwnLogoutHandlerByTypeGetsThatOne() {
        runner.withPropertyValues(ON)
                .withUserConfiguration(NeedsALogoutHandler.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void protectedChainsAreReported(CapturedOutput output) {
        MvcTester.run(ShapeConfigurations.FormLoginBeside.class, app -> {
            assertThat(app.context().getBean(FilterChains.class).chains())
                    .satisfiesExactly(
                            pages -> assertThat(pages.requests()).contains("/pages/**"),
                            api -> assertThat(api)
                                    .isEqualTo(new FilterChains.Chain(
                                            "api", "any request", "jwt", true, false, List.of())));
            assertThat(output).doesNotContain("WARN");
        });
    }

    @Test
    void startUpSaysWhatACustomManagerMustDo(CapturedOutput output) {
        MvcTester.run(
                ShapeConfigurations.CustomManager.class,
                app -> assertThat(output).contains("authenticates tokens in its own way"));
    }

    @Test
    void chainThatWasBuiltByHandIsChecked(CapturedOutput output) {
        MvcTester.run(HandBuilt.class, app -> {
            assertThat(app.context().getBean(FilterChains.class).chains())
                    .extracting(FilterChains.Chain::name, FilterChains.Chain::checked)
                    .containsExactly(tuple("byHand", true), tuple("fromHttpSecurity", true));
            assertThat(app.get("/hand-built/me", MvcTester.session(app.revoked()))
                            .getStatus())
                    .isEqualTo(401);
            assertThat(output).doesNotContain("Revoked tokens are accepted");
        });
    }

    @Test
    void startUpWarnsOfAChainThatIsNoBean(CapturedOutput output) {
        MvcTester.run(
                MvcTester.runner().withUserConfiguration(NoBean.class),
                app -> assertThat(output.toString().lines().filter(line -> line.contains("WARN")))
                        .singleElement()
                        .satisfies(line -> assertThat(line)
                                .contains("/hand-built/**")
                                .contains("Revoked tokens are accepted")
                                .contains("Declare the chain as a bean")));
    }

    @Test
    void startUpReportsWithLazyInitializationToo() {
        MvcTester.run(
                MvcTester.runner()
                        .withInitializer(context -> context.addBeanFactoryPostProcessor(
                                new org.springframework.boot.LazyInitializationBeanFactoryPostProcessor()))
                        .withUserConfiguration(ShapeConfigurations.InlineDecoder.class),
                app -> assertThat(app.context().getBean(FilterChains.class).chains())
                        .singleElement()
                        .matches(FilterChains.Chain::checked));
    }

    @Configuration(proxyBeanMethods = false)
    static class Replacements {

        static final Customizer<HttpSecurity> CUSTOMIZER = http -> {};

        @Bean
        Customizer<HttpSecurity> sessionTrackingHttpSecurityCustomizer() {
            return CUSTOMIZER;
        }

        @Bean
        LogoutHandler sessionTrackingLogoutHandler() {
            return (request, response, authentication) -> {};
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnLogoutHandler {

        boolean called;

        @Bean
        LogoutHandler sessionTrackingLogoutHandler() {
            return (request, response, authentication) -> called = true;
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsALogoutHandler {

        @Bean
        LogoutHandler own() {
            return (request, response, authentication) -> {};
        }

        @Bean
        String needsIt(LogoutHandler handler) {
            assertThat(handler).isNotInstanceOf(SessionLogoutHandler.class);
            return "needs it";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NoBean {

        @Bean
        FilterChainProxy otherProxy() {
            return new FilterChainProxy(new HandBuilt().byHand());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HandBuilt {

        @Bean
        @Order(1)
        SecurityFilterChain byHand() {
            return new DefaultSecurityFilterChain(
                    PathPatternRequestMatcher.pathPattern("/hand-built/**"),
                    List.of(new BearerTokenAuthenticationFilter(
                            new ProviderManager(new JwtAuthenticationProvider(ShapeConfigurations.decoder())))));
        }

        @Bean
        @Order(2)
        SecurityFilterChain fromHttpSecurity(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .build();
        }
    }
}
