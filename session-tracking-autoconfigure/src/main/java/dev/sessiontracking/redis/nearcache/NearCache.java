// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.spi.CachingReader.Moment;
import dev.sessiontracking.spi.NotBefore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers of the store, kept in memory and used while a lease is fresh: for {@code maxStaleness} after the request was sent
 * that the store has answered last.
 *
 * <p>Whoever fills it keeps this order: an invalidation that the store sent before an answer is passed to
 * {@link #invalidate} before that answer is passed to {@link #putLive}, {@link #putAbsent} or {@link #renewLease}. From that
 * follows the one guarantee: an answer of {@link #lookup} was true at some moment within the last {@code maxStaleness}. This
 * is why a lookup reads the lease first, the entry second and the clock last: a thread that is held up between any two of
 * them finds the lease too old.
 *
 * <p>Thread-safe; a lookup takes no lock and allocates nothing.
 */
public final class NearCache {

    /** Made-up ids may fill no more than their own share, and never push out a live session. */
    private static final int ABSENT_SHARE = 10;

    private static final Optional<SessionEndReason> EXPIRED = Optional.of(SessionEndReason.EXPIRED);

    private final BoundedMap<Live> live;

    /** Until which time of authentication tokens of an identity provider are rejected, in milliseconds. */
    private final BoundedMap<Long> absent;

    /** Why sessions have ended, as far as that was asked. */
    private final BoundedMap<Optional<SessionEndReason>> reasons;

    /** Not-before markers by the names of their keys, also those that do not exist. */
    private final BoundedMap<NotBefore> markers;

    private final LongSupplier ticker;

    private final Clock clock;

    private final long maxStalenessNanos;

    /** When the request was sent that the store has answered last. */
    private volatile @Nullable Moment lease;

    /** The lease of which a lookup has found that half of it is over. */
    private volatile @Nullable Moment aging;

    /**
     * @param maximumSize most live sessions kept; as many not-before markers and a tenth as many absent
     *     sessions are kept beside them
     * @param maxStaleness how long a lease lasts
     * @param ticker nanoseconds that do not jump, as {@link System#nanoTime()}
     */
    public NearCache(long maximumSize, Duration maxStaleness, LongSupplier ticker, Clock clock) {
        this.live = new BoundedMap<>(maximumSize);
        this.absent = new BoundedMap<>(absentShare(maximumSize));
        this.reasons = new BoundedMap<>(absentShare(maximumSize));
        this.markers = new BoundedMap<>(maximumSize);
        this.ticker = ticker;
        this.clock = clock;
        this.maxStalenessNanos = maxStaleness.toNanos();
    }

    private static long absentShare(long maximumSize) {
        return Math.max(1, maximumSize / ABSENT_SHARE);
    }

    /** Most live sessions kept. */
    public long maximumSize() {
        return live.maximum();
    }

    /**
     * Changes the bound. What is too much by it is dropped at once.
     *
     * @param maximumSize most live sessions kept from now on; a tenth as many absent ones
     */
    public synchronized void resize(long maximumSize) {
        if (maximumSize != maximumSize()) {
            live.resize(maximumSize);
            markers.resize(maximumSize);
            absent.resize(absentShare(maximumSize));
            reasons.resize(absentShare(maximumSize));
        }
    }

    /** The status of a session, whatever the cut-off; {@code UNKNOWN} when there is no answer that may be given. */
    public SessionStatus lookup(String sessionId) {
        return lookup(sessionId, NotBefore.NONE);
    }

    /**
     * The status of a session; {@code UNKNOWN} when there is no answer that may be given.
     *
     * @param cutoff ends the sessions that began until its time
     */
    public SessionStatus lookup(String sessionId, NotBefore cutoff) {
        Moment lease = this.lease;
        if (lease == null) {
            return SessionStatus.UNKNOWN;
        }
        Live session = live.get(sessionId);
        if (session == null && absent.get(sessionId) == null) {
            return SessionStatus.UNKNOWN;
        }
        long nanos = ticker.getAsLong();
        long now = clock.millis();
        if (nanos - lease.nanos() > maxStalenessNanos / 2) {
            aging = lease;
        }
        if (!lease.isWithin(maxStalenessNanos, nanos, now)) {
            return SessionStatus.UNKNOWN;
        }
        if (session == null || (cutoff.exists() && session.createdAtMillis <= cutoff.millis())) {
            return SessionStatus.ENDED;
        }
        return now < session.expiresAtMillis ? SessionStatus.LIVE : SessionStatus.UNKNOWN;
    }

    /**
     * The status of a session of an identity provider, which may not be recorded yet.
     *
     * @param authenticatedAt when the user of the token last gave credentials; the session may have begun again since then
     */
    public SessionStatus lookup(String sessionId, NotBefore cutoff, @Nullable Instant authenticatedAt) {
        SessionStatus status = lookup(sessionId, NotBefore.NONE);
        if (status == SessionStatus.UNKNOWN || cutoff.coversToken(authenticatedAt)) {
            return status == SessionStatus.UNKNOWN ? status : SessionStatus.ENDED;
        }
        Live session = status == SessionStatus.LIVE ? live.get(sessionId) : null;
        Long until = session == null ? absent.get(sessionId) : Long.valueOf(session.endedUntilMillis);
        boolean hasEnded =
                until != null && until > 0 && (authenticatedAt == null || authenticatedAt.toEpochMilli() <= until);
        return hasEnded ? SessionStatus.ENDED : session == null ? SessionStatus.UNKNOWN : SessionStatus.LIVE;
    }

    /** Keeps until which time of authentication tokens are rejected, if the session is still known to be absent. */
    public void putEnded(String sessionId, Instant until) {
        absent.replace(sessionId, until.toEpochMilli());
    }

    /** Why a session has ended, empty if nobody knows; {@code null} if the store must be asked. */
    @SuppressWarnings("NullableOptional")
    public @Nullable Optional<SessionEndReason> endReason(String sessionId) {
        return reasons.get(sessionId);
    }

    /** Keeps why a session has ended. */
    public void putEndReason(String sessionId, Optional<SessionEndReason> reason) {
        reasons.put(sessionId, reason);
    }

    /** The not-before marker of this key, or {@code null} when there is no answer that may be given. */
    public @Nullable NotBefore lookupMarker(String key) {
        Moment lease = this.lease;
        if (lease == null) {
            return null;
        }
        NotBefore marker = markers.get(key);
        return marker != null && isFresh(lease) ? marker : null;
    }

    /** Keeps a not-before marker, or that there is none. */
    public void putMarker(String key, NotBefore marker) {
        markers.put(key, marker);
    }

    /** Removes a not-before marker. */
    public void invalidateMarker(String key) {
        markers.remove(key);
    }

    /** Whether answers may be given at this moment. */
    public boolean isLeaseFresh() {
        Moment lease = this.lease;
        return lease != null && isFresh(lease);
    }

    private boolean isFresh(Moment lease) {
        return lease.isWithin(maxStalenessNanos, ticker.getAsLong(), clock.millis());
    }

    /** Whether half of the lease was over in a lookup, so that it should be renewed. Reads no clock, because every check asks. */
    @SuppressWarnings("ReferenceEquality")
    public boolean isLeaseAging() {
        Moment lease = this.lease;
        return lease == null || lease == aging;
    }

    /** How long ago the request was sent that the store has answered last; {@code null} without a lease. */
    public @Nullable Duration leaseAge() {
        Moment lease = this.lease;
        return lease == null ? null : Duration.ofNanos(ticker.getAsLong() - lease.nanos());
    }

    /** The moment at which a request is sent: the answer to it renews the lease from that moment. */
    public Moment now() {
        return Moment.now(ticker, clock);
    }

    /**
     * The store has answered a request, and every invalidation that it sent before the answer has been applied.
     *
     * @param sent when the request was sent
     */
    public synchronized void renewLease(Moment sent) {
        Moment known = lease;
        if (known == null || sent.nanos() - known.nanos() >= 0) {
            lease = sent;
        }
    }

    /** Gives no answer until the lease is renewed. The entries stay. */
    public synchronized void endLease() {
        lease = null;
    }

    /** Keeps a live session until it is invalidated or expires. */
    public void putLive(String sessionId, long createdAtMillis, long expiresAtMillis) {
        putLive(sessionId, createdAtMillis, expiresAtMillis, 0);
    }

    /**
     * Keeps a live session of an identity provider.
     *
     * @param endedUntilMillis tokens are rejected whose user has authenticated until then
     */
    public void putLive(String sessionId, long createdAtMillis, long expiresAtMillis, long endedUntilMillis) {
        absent.remove(sessionId);
        reasons.remove(sessionId);
        live.put(sessionId, new Live(createdAtMillis, expiresAtMillis, endedUntilMillis));
    }

    /** Keeps the fact that there is no such session. */
    public void putAbsent(String sessionId) {
        removeLive(sessionId);
        absent.put(sessionId, 0L);
    }

    /**
     * Removes an answer.
     *
     * @return whether a live session was kept that has not expired yet
     */
    public boolean invalidate(String sessionId) {
        absent.remove(sessionId);
        // The server reports an expiry after the answer that shows it. Ids are used once, so it holds.
        reasons.removeIf(sessionId, known -> !EXPIRED.equals(known));
        return removeLive(sessionId);
    }

    private boolean removeLive(String sessionId) {
        Live session = live.remove(sessionId);
        boolean wasLive = session != null && clock.millis() < session.expiresAtMillis;
        if (session != null && !wasLive) {
            reasons.put(sessionId, EXPIRED);
        }
        return wasLive;
    }

    /** Removes all answers, and ends the lease. */
    public void clear() {
        endLease();
        live.clear();
        absent.clear();
        reasons.clear();
        markers.clear();
    }

    /** How many answers are kept. */
    public long size() {
        return (long) live.size() + absent.size() + markers.size();
    }

    private record Live(long createdAtMillis, long expiresAtMillis, long endedUntilMillis) {}
}
