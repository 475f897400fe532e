// SPDX-License-Identifier: Apache-2.0
package com.example.webflux.slice;

import java.security.Principal;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@SpringBootApplication
class SliceApplication {

    @Bean
    ReactiveJwtDecoder jwtDecoder() {
        return NimbusReactiveJwtDecoder.withJwkSetUri("https://login.example.com/jwks")
                .build();
    }

    @RestController
    static class Account {

        @GetMapping("/account")
        Mono<String> account(Principal user) {
            return Mono.just(user.getName());
        }
    }
}
