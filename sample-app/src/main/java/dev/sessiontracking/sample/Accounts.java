// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import java.util.Objects;
import org.springframework.security.authentication.AccountStatusUserDetailsChecker;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.stereotype.Component;

/** Who may log in, and who still may. */
@Component
class Accounts {

    private final AuthenticationManager authenticationManager;

    private final UserDetailsService users;

    Accounts(AuthenticationManager authenticationManager, UserDetailsService users) {
        this.authenticationManager = authenticationManager;
        this.users = users;
    }

    /** @throws UnauthorizedException when the credentials are wrong */
    UserDetails authenticate(String username, String password) {
        try {
            Object principal = authenticationManager
                    .authenticate(UsernamePasswordAuthenticationToken.unauthenticated(username, password))
                    .getPrincipal();
            return (UserDetails) Objects.requireNonNull(principal);
        } catch (AuthenticationException refused) {
            throw UnauthorizedException.badCredentials(refused);
        }
    }

    /** @throws UnauthorizedException when the user is gone or locked */
    UserDetails findActive(String username) {
        try {
            UserDetails user = users.loadUserByUsername(username);
            new AccountStatusUserDetailsChecker().check(user);
            return user;
        } catch (AuthenticationException refused) {
            throw UnauthorizedException.invalidRefreshToken(refused);
        }
    }
}
