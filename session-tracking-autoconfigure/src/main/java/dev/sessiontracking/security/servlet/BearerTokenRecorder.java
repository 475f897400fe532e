package dev.sessiontracking.security.servlet;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/**
 * Takes note of the token that a chain's own authentication is about to verify, and leaves the verification to the
 * provider after it. This is how the token is known when the resulting authentication hides it, whatever resolver found
 * it in the request.
 */
final class BearerTokenRecorder implements AuthenticationProvider {

    /** Ends the replay for a logout: opaque tokens have no session to end, and are not worth an introspection. */
    @SuppressWarnings("serial")
    static final class OpaqueTokenException extends RuntimeException {

        OpaqueTokenException() {
            super("Not a JWT", null, false, false);
        }
    }

    private final Predicate<String> ours;

    /** @param ours whether the text of a token says that it is a JWT of the application's */
    BearerTokenRecorder(Predicate<String> ours) {
        this.ours = ours;
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        ChainPassage passage = ChainPassage.current();
        if (passage != null && authentication instanceof BearerTokenAuthenticationToken bearer) {
            if (passage.exchange().isEndingSession()
                    && !passage.chain().isVerifyingJwts()
                    && !ours.test(bearer.getToken())) {
                throw new OpaqueTokenException();
            }
            passage.present(bearer.getToken());
        }
        return null;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return BearerTokenAuthenticationToken.class.isAssignableFrom(authentication);
    }
}
