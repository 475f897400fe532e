package dev.sessiontracking.security;

import dev.sessiontracking.core.TokenSession;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/**
 * What is known of the tokens of one request, so that each session is looked up once however many hooks see a token of
 * it, and in whatever dispatch: accepted stays accepted, refused stays refused. A hook that has no request at hand finds
 * it through the thread. Thread-safe, bounded.
 */
public final class RequestSessionState {

    private static final ThreadLocal<Participant> CURRENT = new ThreadLocal<>();

    /** A request carries one token, rarely two; more than this are looked up again. */
    private static final int MOST_ENTRIES = 16;

    // Lists that are never changed: there is hardly ever more than one entry, and a look-up takes no lock.
    private volatile List<Judged> judged = List.of();

    private volatile List<Verified> verified = List.of();

    private volatile @Nullable Accepted accepted;

    private volatile boolean endingSession;

    private volatile BooleanSupplier acceptingUnproven = () -> false;

    private record Judged(TokenSession session, SessionDecision verdict) {}

    private record Verified(String tokenValue, SessionClaim claim) {}

    private record Accepted(Authentication authentication, List<SessionClaim> claims) {}

    /** Whatever takes part in an exchange on a thread. */
    public interface Participant {

        /** What it takes part in. */
        RequestSessionState exchange();
    }

    /** The exchange that this thread takes part in, if any. */
    public static @Nullable RequestSessionState current() {
        Participant participant = CURRENT.get();
        return participant == null ? null : participant.exchange();
    }

    /** Who takes part in an exchange on this thread, if anybody. */
    public static @Nullable Participant participant() {
        return CURRENT.get();
    }

    /**
     * Makes this thread take part in an exchange.
     *
     * @param participant who takes part, or {@code null} for nobody
     * @return who did before, to be bound again when this one's turn is over
     */
    public static @Nullable Participant bind(@Nullable Participant participant) {
        Participant before = CURRENT.get();
        if (participant == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(participant);
        }
        return before;
    }

    @Nullable
    SessionDecision verdict(TokenSession session) {
        for (Judged one : judged) {
            if (one.session().equals(session)) {
                return one.verdict();
            }
        }
        return null;
    }

    synchronized void remember(TokenSession session, SessionDecision verdict) {
        if (verdict(session) == null) {
            judged = with(judged, new Judged(session, verdict));
        }
    }

    /** What a token says of its session, when this token was decoded in this exchange. */
    public @Nullable SessionClaim verifiedClaim(String tokenValue) {
        for (Verified one : verified) {
            if (one.tokenValue().equals(tokenValue)) {
                return one.claim();
            }
        }
        return null;
    }

    synchronized void rememberVerified(String tokenValue, SessionClaim claim) {
        if (verifiedClaim(tokenValue) == null) {
            verified = with(verified, new Verified(tokenValue, claim));
        }
    }

    private static <T> List<T> with(List<T> known, T added) {
        if (known.isEmpty()) {
            return List.of(added);
        }
        if (known.size() >= MOST_ENTRIES) {
            return known;
        }
        List<T> all = new ArrayList<>(known);
        all.add(added);
        return List.copyOf(all);
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
        return acceptingUnproven.getAsBoolean();
    }

    /**
     * Says whether this request may pass without proof whatever the outage policy.
     *
     * @param acceptingUnproven asked only when there is no proof
     */
    public void setAcceptingUnproven(BooleanSupplier acceptingUnproven) {
        this.acceptingUnproven = acceptingUnproven;
    }

    /** Says whether this request is about to end its token's session. */
    public void setEndingSession(boolean endingSession) {
        this.endingSession = endingSession;
    }
}
