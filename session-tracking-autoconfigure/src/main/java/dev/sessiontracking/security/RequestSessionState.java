// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/**
 * The state of session checks in one request, shared by all its dispatches. It stores the decision on a session, so
 * that the session is looked up once per request. Code without access to the request, such as a decoder, finds the
 * state through the thread. Used by one thread at a time, as a request is.
 */
public final class RequestSessionState {

    // The value is a JDK type, so that a pooled thread never keeps a class loader of the application.
    private static final ThreadLocal<Object[]> CURRENT = ThreadLocal.withInitial(() -> new Object[1]);

    /** A request has one token, rarely two. Further tokens are not stored. */
    private static final int MAX_ENTRIES = 16;

    private @Nullable TokenSession decidedSession;

    private @Nullable SessionDecision decision;

    private List<Answer> answers = List.of();

    private List<Noted> noted = List.of();

    private List<String> presented = List.of();

    private @Nullable Authentication authentication;

    private List<SessionClaim> claims = List.of();

    private boolean carried;

    private boolean examined;

    private boolean accepted;

    private boolean authenticatingToken;

    private @Nullable Authentication beforeTokenFilter;

    private @Nullable Authentication newest;

    private @Nullable Object newestBy;

    private boolean otherCredentials;

    private @Nullable SessionDecision rejection;

    private @Nullable SessionEndReason endReason;

    private @Nullable Predicate<Object> outageExemption;

    private @Nullable Object request;

    private Supplier<SessionMetadata> client = SessionMetadata::none;

    /** Claims of tokens that were verified since the last check. */
    private record Noted(
            @Nullable String tokenValue, @Nullable SessionClaim claim, Map<String, ?> verified) {}

    private record Answer(SessionClaim claim, Result result) {}

    /** The state of the current request of this thread, inside a filter chain. */
    public static @Nullable RequestSessionState current() {
        return (RequestSessionState) CURRENT.get()[0];
    }

    /**
     * Sets the state of the current request of this thread.
     *
     * @param state {@code null} for none
     * @return the previous state, to be restored afterwards
     */
    public static @Nullable RequestSessionState bind(@Nullable RequestSessionState state) {
        Object[] slot = CURRENT.get();
        RequestSessionState before = (RequestSessionState) slot[0];
        slot[0] = state;
        return before;
    }

    /** The decision on a session, if this session was looked up last. */
    @Nullable
    SessionDecision decision(TokenSession session) {
        return decidedSession != null && session.equals(decidedSession) ? decision : null;
    }

    void remember(TokenSession session, SessionDecision newDecision) {
        decidedSession = session;
        decision = newDecision;
    }

    /** What the engine has answered for a token before its decision, if it was asked. */
    @Nullable
    Result answer(SessionClaim claim) {
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i).claim().equals(claim)) {
                return answers.get(i).result();
            }
        }
        return null;
    }

    void answered(SessionClaim claim, Result result) {
        answers = with(answers, new Answer(claim, result));
    }

    /** Records the claims of a token that was decoded with our validator. */
    void noteVerified(String tokenValue, SessionClaim claim) {
        noted = with(noted, new Noted(tokenValue, claim, Map.of()));
    }

    /** Records the claims of a token that the application has verified itself. */
    public void noteVerified(Map<String, ?> verifiedClaims) {
        noted = with(noted, new Noted(null, null, verifiedClaims));
    }

    /** The claims of the tokens that were verified since the last check. */
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

    /** The claims of this token, if it was decoded with our validator since the last check. */
    public @Nullable SessionClaim verifiedClaim(String tokenValue) {
        for (int i = 0; i < noted.size(); i++) {
            Noted one = noted.get(i);
            if (tokenValue.equals(one.tokenValue())) {
                return one.claim();
            }
        }
        return null;
    }

    /** Whether anything was recorded since the last check that belongs to another token. */
    public boolean hasNotedOthers(String tokenValue) {
        for (int i = 0; i < noted.size(); i++) {
            Noted one = noted.get(i);
            if (!tokenValue.equals(one.tokenValue())) {
                return true;
            }
        }
        return false;
    }

    /** Records what a filter has just made of a token, for the check directly behind that filter. */
    public void authenticated(Object filter, Authentication made) {
        newestBy = filter;
        newest = made;
    }

    /** What this filter has just made of a token, or {@code null}. */
    public @Nullable Authentication authenticatedBy(@Nullable Object filter) {
        return filter != null && filter == newestBy ? newest : null;
    }

    /** Records the text of a token that the chain's authentication receives. */
    public void present(String token) {
        presented = with(presented, token);
    }

    /** Records that the chain's authentication received something that is not a token. */
    public void presentOtherCredentials() {
        otherCredentials = true;
    }

    /** The tokens that the chain's authentication received since the last check. */
    public List<String> presented() {
        return presented;
    }

    /** Whether the chain's authentication received something that is not a token since the last check. */
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
     * Records the sessions of an authentication.
     *
     * @param carried whether the authentication itself contains this information, wherever it is stored
     */
    public void examined(Authentication authentication, List<SessionClaim> claims, boolean carried) {
        this.authentication = authentication;
        this.claims = claims;
        this.carried = carried;
        this.examined = true;
        this.accepted = false;
        forgetTokens();
    }

    /** Discards the tokens that were recorded since the last check. They authenticated nobody. */
    public void forgetTokens() {
        noted = List.of();
        presented = List.of();
        otherCredentials = false;
    }

    /** Accepts the authentication that was examined last. */
    public void accept() {
        accepted = true;
    }

    /** Whether this authentication was accepted, and no token was recorded since then. */
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

    /** The sessions of the authentication that was examined last, if only this request has this information. */
    public List<SessionClaim> hiddenClaims() {
        return carried ? List.of() : claims;
    }

    /** The session that was looked up last, if it has ended. */
    @Nullable
    TokenSession endedSession() {
        return decision == SessionDecision.ENDED ? decidedSession : null;
    }

    /**
     * Records that this request was rejected.
     *
     * @param reason why its session has ended, if that is known
     */
    public void reject(SessionDecision decision, @Nullable SessionEndReason reason) {
        rejection = decision;
        endReason = reason;
    }

    /** Why the session of this request has ended, if it was rejected for that and the reason is known. */
    public @Nullable SessionEndReason endReason() {
        return endReason;
    }

    /** Why this request was rejected, if it was. */
    public @Nullable SessionDecision rejection() {
        return rejection;
    }

    /**
     * Announces that a filter of Spring Security is about to authenticate a token. The session is checked directly
     * after that filter, so until then the decoder's validator does not look it up. This allows a repeated logout of an
     * ended session, and a logout during an outage.
     *
     * @param before the authentication before that filter
     */
    public void beforeTokenFilter(@Nullable Authentication before) {
        beforeTokenFilter = before;
        authenticatingToken = true;
    }

    /** Announces that no filter of Spring Security is about to authenticate a token. */
    public void afterTokenFilter() {
        authenticatingToken = false;
    }

    /** Whether this authentication existed before the filter of Spring Security that authenticates tokens. */
    public boolean wasBeforeTokenFilter(Authentication current) {
        return current == beforeTokenFilter;
    }

    boolean isAuthenticatingToken() {
        return authenticatingToken;
    }

    /**
     * Sets which requests are accepted unverified under either outage policy.
     *
     * @param exemption evaluated only during an outage
     * @param request the argument of the exemption
     */
    public void exemptFromOutage(Predicate<Object> exemption, Object request) {
        this.outageExemption = exemption;
        this.request = request;
    }

    /** Sets who sends the request, evaluated only if it is the first one of a session. */
    public void sentBy(Supplier<SessionMetadata> source) {
        client = source;
    }

    SessionMetadata client() {
        return client.get();
    }

    boolean isAcceptingUnverified() {
        return outageExemption != null && request != null && outageExemption.test(request);
    }
}
