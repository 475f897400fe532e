package dev.sessiontracking.security;

import dev.sessiontracking.core.SessionChecker.TokenSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/**
 * What is known of the sessions of one request, in all its dispatches. A decision stays with the request, and every later
 * step compares against it, so that the session of its token is looked up once. Code that has no request at hand, such as a decoder, finds
 * it through the thread. Used by one thread at a time, as a request is.
 */
public final class RequestSessionState {

    // The value is a JDK type, so that a pooled thread never keeps a class loader of the application.
    private static final ThreadLocal<Object[]> CURRENT = ThreadLocal.withInitial(() -> new Object[1]);

    /** A request carries one token, rarely two. Beyond this limit, nothing more is remembered. */
    private static final int MAX_ENTRIES = 16;

    private @Nullable TokenSession decidedSession;

    private @Nullable SessionDecision decision;

    private List<Noted> noted = List.of();

    private List<String> presented = List.of();

    private @Nullable Authentication authentication;

    private List<SessionClaim> claims = List.of();

    private boolean carried;

    private boolean examined;

    private boolean accepted;

    private boolean authenticatingToken;

    private @Nullable Authentication beforeTokenFilter;

    private boolean otherCredentials;

    private @Nullable SessionDecision rejection;

    private @Nullable Predicate<Object> outageExemption;

    private @Nullable Object request;

    /** Claims of a token that was verified since the last check, as read by us or as they were verified. */
    private record Noted(
            @Nullable String tokenValue, @Nullable SessionClaim claim, Map<String, ?> verified) {}

    /** The state of the request that this thread works on, inside a filter chain. */
    public static @Nullable RequestSessionState current() {
        return (RequestSessionState) CURRENT.get()[0];
    }

    /**
     * Makes this the state of the request that this thread works on.
     *
     * @param state {@code null} for none
     * @return the one before, to be bound again afterwards
     */
    public static @Nullable RequestSessionState bind(@Nullable RequestSessionState state) {
        Object[] slot = CURRENT.get();
        RequestSessionState before = (RequestSessionState) slot[0];
        slot[0] = state;
        return before;
    }

    /** The decision on a session, if it is the one that was looked up last. */
    @Nullable
    SessionDecision decision(TokenSession session) {
        return session.equals(decidedSession) ? decision : null;
    }

    void remember(TokenSession session, SessionDecision newDecision) {
        decidedSession = session;
        decision = newDecision;
    }

    /** Notes what a token says that was decoded with our validator. */
    void noteVerified(String tokenValue, SessionClaim claim) {
        noted = with(noted, new Noted(tokenValue, claim, Map.of()));
    }

    /** Notes the claims of a token that the application has verified itself. */
    public void noteVerified(Map<String, ?> verifiedClaims) {
        noted = with(noted, new Noted(null, null, verifiedClaims));
    }

    /** What the tokens say that were verified since the last check. */
    public List<SessionClaim> verifiedClaims(SessionTokenEvaluator evaluator) {
        if (noted.isEmpty()) {
            return List.of();
        }
        List<SessionClaim> all = new ArrayList<>(noted.size());
        for (Noted one : noted) {
            all.add(one.claim() != null ? one.claim() : evaluator.read(one.verified()));
        }
        return all;
    }

    /** What this token says, if it was decoded with our validator since the last check. */
    public @Nullable SessionClaim verifiedClaim(String tokenValue) {
        for (int i = 0; i < noted.size(); i++) {
            Noted one = noted.get(i);
            if (tokenValue.equals(one.tokenValue())) {
                return one.claim();
            }
        }
        return null;
    }

    /** Whether anything was noted since the last check that does not come from this very token. */
    public boolean hasNotedOthers(String tokenValue) {
        for (int i = 0; i < noted.size(); i++) {
            Noted one = noted.get(i);
            if (!tokenValue.equals(one.tokenValue())) {
                return true;
            }
        }
        return false;
    }

    /** Notes the text of a token that is given to the chain's own authentication. */
    public void present(String token) {
        presented = with(presented, token);
    }

    /** Notes that the chain's own authentication was given something that is not a token. */
    public void presentOtherCredentials() {
        otherCredentials = true;
    }

    /** The tokens that the chain's own authentication was given since the last check. */
    public List<String> presented() {
        return presented;
    }

    /** Whether the chain's own authentication was given something that is not a token, since the last check. */
    public boolean hasOtherCredentials() {
        return otherCredentials;
    }

    private static <T> List<T> with(List<T> known, T added) {
        if (known.isEmpty()) {
            return List.of(added);
        }
        if (known.size() >= MAX_ENTRIES) {
            return known;
        }
        List<T> all = new ArrayList<>(known);
        all.add(added);
        return all;
    }

    /**
     * Notes which sessions an authentication belongs to.
     *
     * @param carried whether the authentication itself says so, wherever it is stored
     */
    public void examined(Authentication authentication, List<SessionClaim> claims, boolean carried) {
        this.authentication = authentication;
        this.claims = claims;
        this.carried = carried;
        this.examined = true;
        this.accepted = false;
        forgetTokens();
    }

    /** Forgets the tokens that were noted since the last check. Nobody was authenticated by them. */
    public void forgetTokens() {
        noted = List.of();
        presented = List.of();
        otherCredentials = false;
    }

    /** Accepts the authentication that was examined last. */
    public void accept() {
        accepted = true;
    }

    /** Whether this authentication was accepted, and no token was noted since. */
    public boolean isAccepted(Authentication current) {
        return accepted && current == authentication && noted.isEmpty();
    }

    /** The sessions that this authentication belongs to; {@code null} if they are not known. */
    public @Nullable List<SessionClaim> claims(@Nullable Authentication current) {
        return examined && current == authentication ? claims : null;
    }

    /** The authentication that was examined last. */
    public @Nullable Authentication authentication() {
        return authentication;
    }

    /** The sessions that the authentication which was examined last belongs to. */
    public List<SessionClaim> lastClaims() {
        return claims;
    }

    /** What the last examined authentication belongs to, if only this request knows it. */
    public List<SessionClaim> hiddenClaims() {
        return carried ? List.of() : claims;
    }

    /** Remembers that this request was rejected. */
    public void reject(SessionDecision decision) {
        rejection = decision;
    }

    /** Why this request was rejected, if it was. */
    public @Nullable SessionDecision rejection() {
        return rejection;
    }

    /**
     * Says that a filter of Spring Security is about to authenticate a token, directly after which its session is checked.
     * Until then, the decoder's validator does not look it up: a session that has ended can be logged out again, and an
     * outage never prevents a logout.
     *
     * @param before who is authenticated before that filter
     */
    public void beforeTokenFilter(@Nullable Authentication before) {
        beforeTokenFilter = before;
        authenticatingToken = true;
    }

    /** Says that no filter of Spring Security is about to authenticate a token, or not any more. */
    public void afterTokenFilter() {
        authenticatingToken = false;
    }

    /** Whether this authentication was there before the filter of Spring Security that authenticates tokens. */
    public boolean wasBeforeTokenFilter(Authentication current) {
        return current == beforeTokenFilter;
    }

    boolean isAuthenticatingToken() {
        return authenticatingToken;
    }

    /**
     * Says which requests are accepted unverified whatever the outage policy.
     *
     * @param exemption asked only in an outage
     * @param request what it is asked about
     */
    public void exemptFromOutage(Predicate<Object> exemption, Object request) {
        this.outageExemption = exemption;
        this.request = request;
    }

    boolean isAcceptingUnverified() {
        return outageExemption != null && request != null && outageExemption.test(request);
    }
}
