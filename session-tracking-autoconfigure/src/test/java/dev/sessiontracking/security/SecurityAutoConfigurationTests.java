// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

@ExtendWith(OutputCaptureExtension.class)
class SecurityAutoConfigurationTests {

    private static final String ON = "session.tracking.redis-url=redis://127.0.0.1:1";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(SessionTrackingJwtAutoConfiguration.class))
            .withUserConfiguration(RecordingSessions.class);

    @Test
    void registersTheValidatorWhenTrackingIsOn() {
        runner.withPropertyValues(ON)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(SessionTrackingJwtValidator.class)
                        .hasBean("sessionTrackingJwtValidator"));
    }

    @Test
    void rejectsOnlyRefreshTokensWhenTrackingIsOff() {
        Stream.of("a=b", "session.tracking.redis-url=", "session.tracking.enabled=false")
                .forEach(off -> runner.withPropertyValues(off)
                        .run(context -> assertThat(context.getBeanDefinitionNames())
                                .filteredOn(name -> name.startsWith("sessionTracking")
                                        || name.startsWith("session.tracking")
                                        || name.contains(".security."))
                                .containsExactlyInAnyOrder(
                                        SessionTrackingJwtAutoConfiguration.class.getName(),
                                        "sessionTrackingRefreshTokenRejection")));
        runner.withPropertyValues(ON, "session.tracking.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(SessionTokenEvaluator.class));
    }

    @Test
    void warnsOfSessionIdClaimsThatLeaveOutOurs(CapturedOutput output) {
        runner.withPropertyValues(ON, "session.tracking.jwt.session-id-claims=session,session_id")
                .run(context -> assertThat(output.toString().lines().filter(line -> line.contains("WARN")))
                        .singleElement()
                        .asString()
                        .contains("session.tracking.jwt.session-id-claims")
                        .contains("Add sid"));
    }

    @Test
    void doesNotWarnOfSessionIdClaimsThatNameOursAmongOthers(CapturedOutput output) {
        runner.withPropertyValues(ON, "session.tracking.jwt.session-id-claims=session,sid")
                .run(context -> assertThat(output).doesNotContain("WARN"));
    }

    @Test
    void backsOffWhenTheApplicationReplacesTheValidator() {
        runner.withPropertyValues(ON)
                .withUserConfiguration(OwnValidator.class)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(SessionTrackingJwtValidator.class)
                        .hasSingleBean(OAuth2TokenValidator.class));
    }

    @Test
    void backsOffWithoutJwtSupport() {
        runner.withPropertyValues(ON)
                .withClassLoader(new FilteredClassLoader(JwtDecoder.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SessionTokenEvaluator.class));
    }

    @Test
    void worksWithoutServletsAndWithoutSpringSecurityConfig() {
        runner.withPropertyValues(ON)
                .withClassLoader(new FilteredClassLoader(
                        "jakarta.servlet", "org.springframework.security.config", "org.springframework.security.web"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(SessionTrackingJwtValidator.class));
    }

    @Test
    void failsWithoutAnEngineRatherThanToProtectNothing() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SessionTrackingJwtAutoConfiguration.class))
                .withPropertyValues(ON)
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void failureAnalysisNamesThePropertyAndTheFix(CapturedOutput output) {
        assertThatException()
                .isThrownBy(() -> new SpringApplicationBuilder(
                                RecordingSessions.class, SessionTrackingJwtAutoConfiguration.class)
                        .web(WebApplicationType.NONE)
                        .properties(ON, "session.tracking.jwt.user-id-claim=", "spring.main.banner-mode=off")
                        .run());

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The property session.tracking.jwt.user-id-claim is empty")
                .contains("Name the claim that contains the user id");
    }

    @Test
    void autoConfigurationsThatAreOrderedByNameExist() throws ClassNotFoundException {
        for (String name : List.of(SessionTrackingJwtAutoConfiguration.RESOURCE_SERVER)) {
            assertThat(Class.forName(name)).isNotNull();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnValidator {
        @Bean
        OAuth2TokenValidator<Jwt> sessionTrackingJwtValidator() {
            return token -> OAuth2TokenValidatorResult.success();
        }
    }
}
