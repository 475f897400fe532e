package dev.sessiontracking.sample;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
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
        return tokens.issue(new Login(user, Instant.now(), session.claims()));
    }

    /**
     * Exchanges a refresh token for new tokens and gives the session its full lifetime again. While it is not proven
     * that the session lives, the refresh token stays the one presented, and so does its expiry.
     *
     * @throws UnauthorizedException when the token is not valid, its session has ended, or its user is gone
     */
    TokenResponse refresh(String refreshToken, SessionMetadata metadata) {
        RefreshToken presented = refreshTokens.read(refreshToken);
        UserDetails user = findActiveUser(presented.username());
        return presented.sessionId() == null
                ? register(presented, user, metadata)
                : renew(presented, user, presented.sessionId());
    }

    /**
     * Ends the session of a refresh token, also when it has ended before. A token without a session cannot be revoked;
     * the client forgets it.
     *
     * @throws UnauthorizedException when the token is not valid
     */
    void logout(String refreshToken) {
        String sessionId = refreshTokens.read(refreshToken).sessionId();
        if (sessionId != null) {
            sessions.revokeSession(sessionId);
        }
    }

    /** The user logged in while there was no Redis: the first refresh that finds it again makes the login revocable. */
    private TokenResponse register(RefreshToken presented, UserDetails user, SessionMetadata metadata) {
        UserSession session = sessions.createSession(user.getUsername(), metadata);
        Login login = new Login(user, presented.authenticatedAt(), session.claims());
        return session.tracked() ? tokens.issue(login) : tokens.issue(login, presented.value());
    }

    private TokenResponse renew(RefreshToken presented, UserDetails user, String sessionId) {
        if (!sessions.renewSession(sessionId)) {
            throw UnauthorizedException.invalidRefreshToken(null);
        }
        Login login = new Login(user, presented.authenticatedAt(), Map.of(UserSession.SESSION_ID_CLAIM, sessionId));
        // In an outage a renewal succeeds without proof, so ask for the proof.
        return switch (sessions.getSessionStatus(sessionId)) {
            case LIVE -> tokens.issue(login);
            case UNKNOWN -> tokens.issue(login, presented.value());
            case ENDED -> throw UnauthorizedException.invalidRefreshToken(null);
        };
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
