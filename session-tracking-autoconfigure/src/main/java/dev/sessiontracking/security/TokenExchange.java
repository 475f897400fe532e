package dev.sessiontracking.security;

import dev.sessiontracking.core.TokenSession;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/**
 * What is known of the tokens of one request, so that each session is looked up once however many hooks see a token of
 * it, and in whatever dispatch: accepted stays accepted, refused stays refused. A hook that has no request at hand finds
 * it through the thread. Thread-safe, bounded.
 */
public final class TokenExchange {

    private static final ThreadLocal<TokenExchange> CURRENT = new ThreadLocal<>();

    /** A request carries one token, rarely two; more than this are looked up again. */
    private static final int MOST_ENTRIES = 16;

    private final Map<TokenSession, Verdict> verdicts = new ConcurrentHashMap<>(4);

    private final Map<String, SessionClaim> verified = new ConcurrentHashMap<>(4);

    private volatile @Nullable Accepted accepted;

    private volatile boolean endingSession;

    private volatile boolean acceptingUnproven;

    private record Accepted(Authentication authentication, List<SessionClaim> claims) {}

    /** The exchange that this thread takes part in, if any. */
    public static @Nullable TokenExchange current() {
        return CURRENT.get();
    }

    /**
     * Makes an exchange the current one of this thread.
     *
     * @param exchange the exchange, or {@code null} for none
     * @return the one before, to be bound again when this one's turn is over
     */
    public static @Nullable TokenExchange bind(@Nullable TokenExchange exchange) {
        TokenExchange before = CURRENT.get();
        if (exchange == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(exchange);
        }
        return before;
    }

    @Nullable
    Verdict verdict(TokenSession session) {
        return verdicts.get(session);
    }

    void remember(TokenSession session, Verdict verdict) {
        if (verdicts.size() < MOST_ENTRIES) {
            verdicts.putIfAbsent(session, verdict);
        }
    }

    /** What a token says of its session, when this token was decoded in this exchange. */
    public @Nullable SessionClaim verifiedClaim(String tokenValue) {
        return verified.get(tokenValue);
    }

    void rememberVerified(String tokenValue, SessionClaim claim) {
        if (verified.size() < MOST_ENTRIES) {
            verified.putIfAbsent(tokenValue, claim);
        }
    }

    /** Notes that this authentication passed, and by what. */
    public void accept(Authentication authentication, List<SessionClaim> claims) {
        accepted = new Accepted(authentication, List.copyOf(claims));
    }

    /** By what this authentication passed; {@code null} when it was not judged. */
    public @Nullable List<SessionClaim> acceptedClaims(@Nullable Authentication authentication) {
        Accepted last = accepted;
        return last != null && last.authentication() == authentication ? last.claims() : null;
    }

    /**
     * Whether this request is about to end its token's session. Then the decoder's validator asks nothing: a session that
     * has ended already can be ended again, and an outage must not keep anybody from logging out.
     */
    public boolean isEndingSession() {
        return endingSession;
    }

    /** Whether this request may pass without proof even if the outage policy lets nothing pass without. */
    boolean isAcceptingUnproven() {
        return acceptingUnproven;
    }

    /** Says whether this request may pass without proof whatever the outage policy. */
    public void setAcceptingUnproven(boolean acceptingUnproven) {
        this.acceptingUnproven = acceptingUnproven;
    }

    /** Says whether this request is about to end its token's session. */
    public void setEndingSession(boolean endingSession) {
        this.endingSession = endingSession;
    }
}
