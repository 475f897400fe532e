// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;

class SecurityContextPrincipalTests {

    private final SecurityContextPrincipal principal = new SecurityContextPrincipal();

    private static void authenticate(Authentication authentication) {
        SecurityContextHolder.setContext(new SecurityContextImpl(authentication));
    }

    @AfterEach
    void clear() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void callerHasAName() {
        authenticate(new TestingAuthenticationToken("alice", null));
        assertThat(principal.currentName()).isEqualTo("alice");
    }

    @Test
    void nobodyHasNone() {
        assertThat(principal.currentName()).isNull();
    }

    @Test
    void anonymousHasNone() {
        authenticate(new AnonymousAuthenticationToken("key", "anonymous", List.of(new SimpleGrantedAuthority("ANY"))));
        assertThat(principal.currentName()).isNull();
    }
}
