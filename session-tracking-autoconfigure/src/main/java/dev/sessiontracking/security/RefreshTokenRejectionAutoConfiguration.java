// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionTokens;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * While session tracking is off, makes Spring Boot's JWT decoders reject refresh tokens. A decoder that an application
 * builds rejects those that have {@link SessionTokens#REFRESH_TOKEN_TYPE}.
 */
@AutoConfiguration(
        after = SessionTrackingJwtAutoConfiguration.class,
        beforeName = SessionTrackingJwtAutoConfiguration.RESOURCE_SERVER)
@ConditionalOnClass(JwtDecoder.class)
@ConditionalOnMissingBean(SessionTokenEvaluator.class)
public final class RefreshTokenRejectionAutoConfiguration {

    @Bean
    @Fallback
    OAuth2TokenValidator<Jwt> sessionTrackingRefreshTokenRejection() {
        // JwtClaimValidator would reject all tokens without the claim.
        return jwt -> SessionClaims.isRefreshToken(jwt.getClaims())
                ? SessionTrackingJwtValidator.REFUSED
                : OAuth2TokenValidatorResult.success();
    }
}
