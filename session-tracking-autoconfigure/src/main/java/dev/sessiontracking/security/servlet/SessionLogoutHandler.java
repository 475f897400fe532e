package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.TokenSession;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.logout.LogoutHandler;

/**
 * Ends the session of the token that a request is authenticated by. Part of the logout of every chain that has one;
 * applications can add it to a logout filter of their own or call it from a controller.
 *
 * <p>Where the logout filter runs before the token is authenticated, the chain's own filters authenticate it first, and a
 * token that they refuse (garbage, expired) gets their answer and ends no session. Whether its session still lives is not
 * asked: logging out of a session that has ended already succeeds like the first time, so that a client which missed the
 * answer can repeat the request (RFC 7009 section 2.2 answers revoked tokens alike), and an outage locks nobody in.
 *
 * <p>Where an application authenticates tokens with a filter of its own that comes after the logout filter, its own filters
 * are what authenticates it, for requests that nobody has authenticated yet. What such a filter makes of the token must
 * carry the {@code Jwt}, or the filter must decode with our validator.
 *
 * <p>A request without a token, and one whose token is not ours to judge, is left to the other handlers.
 *
 * <p>Thread-safe.
 */
public final class SessionLogoutHandler implements LogoutHandler {

    private static final String DONE = SessionLogoutHandler.class.getName() + ".DONE";

    private final SessionChecker checker;

    private final SessionEnforcer enforcer;

    private final TokenReplay replay;

    SessionLogoutHandler(SessionChecker checker, SessionEnforcer enforcer, TokenReplay replay) {
        this.checker = checker;
        this.enforcer = enforcer;
        this.replay = replay;
    }

    /**
     * Ends the session.
     *
     * @throws SessionStoreUnavailableException when the store did not confirm it and the policy is {@code reject}; it is
     *     enforced on this node and kept for the store all the same. A protected chain answers 503 for it
     */
    @Override
    public void logout(
            HttpServletRequest request, HttpServletResponse response, @Nullable Authentication authentication) {
        if (hasLoggedOutToken(request)) {
            return;
        }
        TokenFinder.Found found = find(request, response, authentication);
        if (found.undetermined() || found.claims().stream().anyMatch(enforcer::isUnusable)) {
            throw new RefusedTokenException();
        }
        if (!found.claims().isEmpty()) {
            request.setAttribute(DONE, true);
            revoke(found.claims());
        }
    }

    /** Whether this request was the logout of a client that uses tokens. */
    static boolean hasLoggedOutToken(HttpServletRequest request) {
        return request.getAttribute(DONE) != null;
    }

    private TokenFinder.Found find(
            HttpServletRequest request, HttpServletResponse response, @Nullable Authentication authentication) {
        RequestSessionState exchange = ChainPassage.exchange(request);
        List<SessionClaim> accepted = exchange == null ? null : exchange.acceptedClaims(authentication);
        if (accepted != null) {
            return new TokenFinder.Found(accepted, false);
        }
        TokenFinder.Found carried = enforcer.findCarried(authentication);
        ChainPassage passage = ChainPassage.current();
        if (passage == null
                || !carried.claims().isEmpty()
                || (authentication != null && passage.chain().hasOnlyOwnFilters())) {
            return carried;
        }
        return replay.replay(passage, request, response);
    }

    private void revoke(List<SessionClaim> claims) {
        SessionStoreUnavailableException unconfirmed = null;
        for (SessionClaim claim : claims) {
            TokenSession session = claim.session();
            if (session != null) {
                try {
                    checker.revoke(session);
                } catch (SessionStoreUnavailableException noAnswer) {
                    unconfirmed = noAnswer;
                }
            }
        }
        if (unconfirmed != null) {
            throw unconfirmed;
        }
    }
}
