// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The same resource server with a check written by hand: no metadata, no list of a user's sessions. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(JwtResourceServer.class)
public class HasKeyApplication {

    private static final Duration TTL = Duration.ofDays(7);

    /** Starts the application. */
    public static void main(String[] args) throws IOException {
        VariantApplication.run(HasKeyApplication.class, args);
    }

    @Bean
    Login login(TokenIssuer issuer, StringRedisTemplate redis) {
        return (user, request) -> {
            String id = UUID.randomUUID().toString();
            redis.opsForValue().set(HasKeyFilter.PREFIX + id, user, TTL);
            return issuer.bearer(user, Map.of("sid", id));
        };
    }

    @Bean
    HasKeyFilter hasKeyFilter(StringRedisTemplate redis) {
        return new HasKeyFilter(redis);
    }

    /** In the security chain only, not a second time around it. */
    @Bean
    FilterRegistrationBean<HasKeyFilter> notOutsideTheChain(HasKeyFilter filter) {
        FilterRegistrationBean<HasKeyFilter> registration = new FilterRegistrationBean<>(filter);
        registration.setEnabled(false);
        return registration;
    }
}
