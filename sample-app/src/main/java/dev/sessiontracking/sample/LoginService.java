package dev.sessiontracking.sample;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionRenewal;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.springframework.security.authentication.AccountStatusUserDetailsChecker;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.stereotype.Service;

/** Begins, prolongs and ends sessions. This is the part that an application writes itself: it issues the tokens. */
@Service
class LoginService {

    private final AuthenticationManager authenticationManager;

    private final UserDetailsService users;

    private final SessionService sessions;

    private final TokenIssuer tokens;

    private final RefreshTokenReader refreshTokens;

    LoginService(
            AuthenticationManager authenticationManager,
            UserDetailsService users,
            SessionService sessions,
            TokenIssuer tokens,
            RefreshTokenReader refreshTokens) {
        this.authenticationManager = authenticationManager;
        this.users = users;
        this.sessions = sessions;
        this.tokens = tokens;
        this.refreshTokens = refreshTokens;
    }

    /**
     * Checks the password, registers a session, then issues its tokens: never a token of a session that could not be
     * registered. Without Redis the session is not tracked and its tokens are plain JWTs.
     *
     * @throws UnauthorizedException when the credentials are wrong
     */
    TokenResponse login(String username, String password, SessionMetadata metadata) {
        UserDetails user = authenticate(username, password);
        UserSession session = sessions.createSession(user.getUsername(), metadata);
        return tokens.issue(user, Instant.now(), session);
    }

    /**
     * Exchanges a refresh token for new tokens and gives the session its full lifetime again. While nobody can tell
     * whether the session lives, the refresh token stays the one presented, and so does its expiry.
     *
     * @throws UnauthorizedException when the token is not valid, its session has ended, or its user is gone
     */
    TokenResponse refresh(String refreshToken, SessionMetadata metadata) {
        RefreshToken presented = refreshTokens.read(refreshToken);
        UserDetails user = findActiveUser(presented.username());
        Optional<UserSession> session =
                presented.sessionId() == null ? register(presented, metadata) : renew(presented.sessionId());
        return session.map(proven -> tokens.issue(user, presented.authenticatedAt(), proven))
                .orElseGet(() -> tokens.issueAccessToken(user, presented));
    }

    /**
     * Ends the session of a refresh token, also when it has ended before. A token without a session can register none from
     * now on; its access token lives until it expires.
     *
     * @throws UnauthorizedException when the token is not valid
     */
    void logout(String refreshToken) {
        RefreshToken presented = refreshTokens.readEvenIfRevoked(refreshToken);
        if (presented.sessionId() != null) {
            sessions.revokeSession(presented.sessionId());
        } else {
            sessions.revokeSession(presented.sessionIdToRegister(), presented.expiresAt());
        }
    }

    /**
     * The user logged in while there was no Redis: the first refresh that finds it again makes the login revocable. Every
     * further one with the same token belongs to the same session, and fails when that has ended.
     */
    private Optional<UserSession> register(RefreshToken presented, SessionMetadata metadata) {
        UserSession session = sessions.registerSession(
                        presented.username(),
                        presented.sessionIdToRegister(),
                        metadata,
                        presented.authenticatedAt(),
                        presented.expiresAt())
                .orElseThrow(() -> UnauthorizedException.invalidRefreshToken(null));
        return Optional.of(session).filter(UserSession::tracked);
    }

    private Optional<UserSession> renew(String sessionId) {
        if (sessions.renewSession(sessionId) == SessionRenewal.UNVERIFIED) {
            return Optional.empty();
        }
        return Optional.of(
                sessions.findSession(sessionId).orElseThrow(() -> UnauthorizedException.invalidRefreshToken(null)));
    }

    private UserDetails authenticate(String username, String password) {
        try {
            Object principal = authenticationManager
                    .authenticate(UsernamePasswordAuthenticationToken.unauthenticated(username, password))
                    .getPrincipal();
            return (UserDetails) Objects.requireNonNull(principal);
        } catch (AuthenticationException refused) {
            throw UnauthorizedException.badCredentials(refused);
        }
    }

    private UserDetails findActiveUser(String username) {
        try {
            UserDetails user = users.loadUserByUsername(username);
            new AccountStatusUserDetailsChecker().check(user);
            return user;
        } catch (AuthenticationException refused) {
            throw UnauthorizedException.invalidRefreshToken(refused);
        }
    }
}
