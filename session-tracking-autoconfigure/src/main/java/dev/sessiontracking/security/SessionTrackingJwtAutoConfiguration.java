// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.ConditionalOnSessionTracking;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import java.time.Clock;
import java.util.function.BinaryOperator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Makes Spring Boot's JWT decoders reject tokens of ended sessions. While session tracking is off, they reject refresh tokens.
 */
@AutoConfiguration(
        after = SessionTrackingAutoConfiguration.class,
        beforeName = SessionTrackingJwtAutoConfiguration.RESOURCE_SERVER)
@ConditionalOnClass(JwtDecoder.class)
public final class SessionTrackingJwtAutoConfiguration {

    private static final Log LOG = LogFactory.getLog(SessionTrackingJwtAutoConfiguration.class);

    private static final String VALIDATOR = "sessionTrackingJwtValidator";

    // By name: the class moved between Spring Boot 4.0 and 4.1.
    static final String RESOURCE_SERVER =
            "org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSessionTracking
    @EnableConfigurationProperties({JwtProperties.class, IssuersProperties.class, BackChannelLogoutProperties.class})
    static class On {

        @Bean
        TrustedIssuers sessionTrackingTrustedIssuers(
                JwtProperties properties, IssuersProperties issuers, Environment environment) {
            return new TrustedIssuers(properties, issuers, environment.getProperty(TrustedIssuers.BOOT));
        }

        @Bean
        SessionTokenEvaluator sessionTrackingTokenEvaluator(
                JwtProperties properties,
                TrustedIssuers issuers,
                SessionChecker checker,
                ObjectProvider<RejectionSink> rejections) {
            if (!properties.sessionIdClaims().contains(UserSession.SESSION_ID_CLAIM)) {
                LOG.warn("session.tracking.jwt.session-id-claims does not name " + UserSession.SESSION_ID_CLAIM
                        + ", the claim that UserSession.claims() writes. Tokens that have only this claim are not"
                        + " checked. Add "
                        + UserSession.SESSION_ID_CLAIM
                        + " to the list, unless you write the session id into your tokens"
                        + " yourself.");
            }
            return new SessionTokenEvaluator(
                    issuers, properties.requireSession(), checker, rejections.getIfAvailable(() -> RejectionSink.NONE));
        }

        // No default candidate, because applications inject their own operators by type.
        @Bean(defaultCandidate = false)
        @ConditionalOnProperty(BackChannelLogoutProperties.PATH)
        BinaryOperator<String> sessionTrackingBackChannelLogout(
                TrustedIssuers issuers, SessionTracking tracking, Environment environment) {
            String bootIssuer = environment.getProperty(TrustedIssuers.BOOT);
            return new BackChannelLogout(
                    issuers,
                    issuer -> IssuerKeys.of(
                            issuer, issuer.equals(bootIssuer) ? environment.getProperty(IssuerKeys.BOOT) : null),
                    tracking,
                    Clock.systemUTC());
        }

        @Bean
        @ConditionalOnMissingBean
        PrincipalSource sessionTrackingPrincipalSource() {
            return new SecurityContextPrincipal();
        }

        /**
         * For anything but a WebFlux application, as beans of nested configurations are registered first. A fallback bean,
         * so that an application that injects its own validator by type gets its own.
         */
        @Bean
        @Fallback
        @ConditionalOnMissingBean(name = VALIDATOR)
        SessionTrackingJwtValidator sessionTrackingJwtValidator(SessionTokenEvaluator evaluator) {
            return new SessionTrackingJwtValidator(evaluator);
        }

        /**
         * It blocks, so Spring Boot must not add it to the decoders of a WebFlux application. There it is injected by its
         * name only.
         */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        static class ReactiveDecoders {

            @Bean(defaultCandidate = false)
            @ConditionalOnMissingBean(name = VALIDATOR)
            SessionTrackingJwtValidator sessionTrackingJwtValidator(SessionTokenEvaluator evaluator) {
                return new SessionTrackingJwtValidator(evaluator);
            }
        }
    }

    /**
     * While session tracking is off. A decoder that an application builds rejects the refresh tokens that have
     * {@link SessionTokens#REFRESH_TOKEN_TYPE}.
     */
    @Bean
    @Fallback
    @ConditionalOnMissingBean(SessionTokenEvaluator.class)
    OAuth2TokenValidator<Jwt> sessionTrackingRefreshTokenRejection() {
        // JwtClaimValidator would reject all tokens without the claim.
        return jwt -> SessionClaims.isRefreshToken(jwt.getClaims())
                ? SessionTrackingJwtValidator.REFUSED
                : OAuth2TokenValidatorResult.success();
    }
}
