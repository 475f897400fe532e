// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.spi.NotBefore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The denylist: the revocations that this node remembers. It rejects their tokens whatever the store or the outage policy
 * says, for as long as such a token can live. Bounded: when it is full, a new revocation displaces the oldest one that the
 * store has confirmed, and never one that it has not. A user with many revocations displaces own ones. Logins and made-up
 * ids take no place. Thread-safe; a lookup takes no lock.
 */
public final class RevocationDenylist {

    private static final Logger log = LoggerFactory.getLogger(RevocationDenylist.class);

    private final Clock clock;

    private final Duration retention;

    private final int maximumRemembered;

    private final Map<String, Denial> sessions = new ConcurrentHashMap<>();

    private final DisplaceableDenials displaceable;

    private final UserRevocations users;

    private boolean fullLogged;

    /**
     * @param retention how long a revocation is remembered
     * @param maximumRemembered most revocations that are remembered
     */
    public RevocationDenylist(Clock clock, Duration retention, int maximumRemembered) {
        this.clock = clock;
        this.retention = retention;
        this.maximumRemembered = maximumRemembered;
        this.displaceable = new DisplaceableDenials(maximumRemembered);
        this.users = new UserRevocations(clock);
    }

    Duration retention() {
        return retention;
    }

    int maximum() {
        return maximumRemembered;
    }

    Instant now() {
        return clock.instant();
    }

    /** Whether a token of this session is rejected. */
    public boolean isDenied(String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt) {
        return isDenied(sessionId, userId, authenticatedAt, false);
    }

    /**
     * As {@link #isDenied(String, String, Instant)}.
     *
     * @param mayBeginAgain whether the session may have begun again, because its user has authenticated after the revocation.
     *     The store knows, unless it has not confirmed the revocation
     */
    public boolean isDenied(
            String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt, boolean mayBeginAgain) {
        return (isDenied(sessionId) && !(mayBeginAgain && isConfirmedBefore(sessionId, authenticatedAt)))
                || users.denies(sessionId, userId, authenticatedAt);
    }

    private synchronized boolean isConfirmedBefore(String sessionId, @Nullable Instant authenticatedAt) {
        Denial denial = sessions.get(sessionId);
        return denial == null
                || (authenticatedAt != null && denial.isConfirmed() && authenticatedAt.isAfter(denial.revokedAt));
    }

    /** The revocations of all sessions of a user. */
    public UserRevocations users() {
        return users;
    }

    /** Whether the tokens of this session are rejected. */
    public boolean isDenied(String sessionId) {
        if (sessions.isEmpty()) {
            return false;
        }
        Denial denial = sessions.get(sessionId);
        return denial != null && !denial.isOver(clock.instant());
    }

    /** Why a session that is denied has ended, if this node has revoked it. */
    public @Nullable SessionEndReason reason(
            String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt) {
        Denial denial = sessions.get(sessionId);
        SessionEndReason reason = denial == null ? null : denial.reason;
        return reason != null ? reason : users.reason(sessionId, userId, authenticatedAt);
    }

    /**
     * Remembers a session as revoked; the first reason counts. The caller passes the result to {@link #confirm}, {@link
     * #forget} or {@link #keep}, once.
     *
     * @param owner a short hash of the session's user, if known
     * @param revokedAt {@code null} for now, as a time of the future
     * @return {@code null} if all that is remembered is unconfirmed and there is no room
     */
    synchronized @Nullable Denial deny(
            String sessionId, @Nullable SessionEndReason reason, @Nullable String owner, @Nullable Instant revokedAt) {
        Instant now = clock.instant();
        removeExpired(now);
        Denial denial = sessions.get(sessionId);
        if (denial == null || denial.isOver(now)) {
            if (denial == null && !makeRoom(owner)) {
                return null;
            }
            denial = new Denial(sessionId, owner, now.plus(retention));
            sessions.put(sessionId, denial);
        }
        denial.until = now.plus(retention);
        Instant time = revokedAt == null || revokedAt.isAfter(now) ? now : revokedAt;
        denial.revokedAt = time.isAfter(denial.revokedAt) ? time : denial.revokedAt;
        identify(denial, owner);
        denial.reason = denial.reason == null ? reason : denial.reason;
        denial.claims++;
        denial.unconfirmed++;
        return denial;
    }

    /** An invalidation does not say whose session it was, but the announcement that follows does. */
    private void identify(Denial denial, @Nullable String owner) {
        if (denial.owner == 0 && owner != null) {
            displaceable.removeYoung(denial);
            denial.owner = owner.hashCode();
            Denial displaced = size() < maximumRemembered ? null : displaceable.oldestBeyondShare(owner);
            if (displaced != null) {
                remove(displaced);
            }
        }
    }

    /** Another node has revoked a session. */
    synchronized void denyAnnounced(String sessionId, @Nullable String owner, Instant revokedAt) {
        if (revokedAt.plus(retention).isAfter(clock.instant())) {
            Denial denial = deny(sessionId, null, owner, revokedAt);
            if (denial != null) {
                confirm(denial);
            }
        }
    }

    /** A node has raised the not-before marker of a user, or cleared it. */
    synchronized void denyAnnounced(String userId, NotBefore marker) {
        if (marker.equals(NotBefore.CLEARED)) {
            users.cleared(userId);
            return;
        }
        Instant time = Instant.ofEpochMilli(marker.millis());
        if (time.plus(retention).isAfter(clock.instant()) && makeRoom(null)) {
            users.addApplied(
                    new Revocation.OfUser(userId, time, marker.sparedSessionId(), SessionEndReason.REVOKED),
                    time.plus(retention));
        }
    }

    /**
     * The store has confirmed this revocation: it may be displaced from now on.
     *
     * @return whether the session is to be removed once more, because {@link #reappliable} has left it out meanwhile: what
     *     was removed may have been another state of the store
     */
    synchronized boolean confirm(Denial denial) {
        denial.unconfirmed--;
        enqueueIfConfirmed(denial);
        boolean reapply = denial.reapply && denial.isConfirmed();
        denial.reapply &= !denial.isConfirmed();
        return reapply;
    }

    /**
     * The store did not confirm this revocation: it is pending, and stays until {@link #applied(Revocation)}.
     *
     * @param unlessForeign whether nobody knows if its session belongs to the user who revoked it
     */
    synchronized void keep(Denial denial, boolean unlessForeign) {
        denial.doubtful += unlessForeign ? 1 : 0;
        denial.unconfirmed--;
        denial.pending = true;
        denial.reapply &= denial.unconfirmed > 0;
    }

    /**
     * Takes back one call of {@link #deny(String, SessionEndReason, String, Instant)}: there was no such session to be revoked. It is forgotten when every
     * such call was taken back, and not while somebody else has revoked it, before or since.
     *
     * @return as for {@link #confirm}
     */
    synchronized boolean forget(Denial denial) {
        denial.claims--;
        if (denial.claims == 0) {
            sessions.remove(denial.sessionId, denial);
            return false;
        }
        return confirm(denial);
    }

    /** A session belongs to another user than those who revoked it. It is forgotten unless somebody else has revoked it, too. */
    synchronized void withdraw(String sessionId) {
        Denial denial = sessions.get(sessionId);
        if (denial != null && denial.claims == denial.doubtful) {
            displaceable.remove(denial);
            sessions.remove(sessionId);
        }
    }

    /**
     * Refuses every token of a user whose session began until a moment.
     *
     * @return false if all that is remembered is unconfirmed and there is no room
     */
    synchronized boolean deny(Revocation.OfUser revocation) {
        if (!makeRoom(null)) {
            return false;
        }
        users.add(revocation, clock.instant().plus(retention));
        return true;
    }

    /**
     * The store has confirmed a pending revocation: it may be displaced from now on. Each of the sessions that a user-wide
     * refusal stood for is known by its id now. What remains refused are tokens that name no session: no id stands for
     * them.
     */
    synchronized void applied(Revocation revocation) {
        if (revocation instanceof Revocation.OfUser all) {
            users.applied(all);
        } else if (revocation instanceof Revocation.OfSession one) {
            Denial denial = sessions.get(one.sessionId());
            if (denial != null) {
                denial.pending = false;
                enqueueIfConfirmed(denial);
            }
        }
    }

    /** Everything of the user that was revoked until now counts for its sessions only. */
    public synchronized void cleared(String userId) {
        users.cleared(userId);
    }

    /**
     * Those of these sessions that are to be removed from the store again if it holds them, and when they were revoked. The revocations that are under
     * way or pending are left out: they look like sessions that came back, but their own revocation is to find them.
     */
    synchronized Map<String, Instant> reappliable(List<String> sessionIds) {
        return sessionIds.stream()
                .filter(this::isReappliable)
                .collect(Collectors.toMap(id -> id, id -> Objects.requireNonNull(sessions.get(id)).revokedAt));
    }

    private boolean isReappliable(String sessionId) {
        Denial denial = sessions.get(sessionId);
        if (denial == null) {
            return false;
        }
        denial.reapply |= denial.unconfirmed > 0;
        return denial.isConfirmed();
    }

    /** The ids of all sessions that are refused. */
    List<String> deniedSessions() {
        Instant now = clock.instant();
        return sessions.entrySet().stream()
                .filter(session -> !session.getValue().isOver(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** How many revocations are remembered. */
    public int size() {
        return sessions.size() + users.size();
    }

    /** Constant cost on average: each step removes an entry that was added before. */
    private boolean makeRoom(@Nullable String owner) {
        while (size() >= maximumRemembered) {
            Denial displaced = displaceable.oldestBeyondShare(owner);
            displaced = displaced == null ? displaceable.oldest() : displaced;
            if (displaced != null) {
                logFull();
                remove(displaced);
            } else if (!users.removeOldestApplied()) {
                return false;
            }
        }
        return true;
    }

    private void removeExpired(Instant now) {
        for (Denial oldest = displaceable.oldest();
                oldest != null && oldest.isOver(now);
                oldest = displaceable.oldest()) {
            remove(oldest);
        }
    }

    private void remove(Denial oldest) {
        displaceable.remove(oldest);
        if (oldest.isConfirmed()) {
            sessions.remove(oldest.sessionId, oldest);
        }
    }

    private void enqueueIfConfirmed(Denial denial) {
        if (denial.isConfirmed()) {
            displaceable.add(denial);
        }
    }

    private void logFull() {
        if (!fullLogged) {
            fullLogged = true;
            log.warn(
                    "The revocation denylist is full ({} entries). New revocations displace the oldest confirmed ones,"
                            + " which the store enforces, but not during an outage. Raise"
                            + " session.tracking.revocation.maximum-remembered.",
                    maximumRemembered);
        }
    }
}
