package dev.sessiontracking.core.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.spi.NotBefore;
import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers of the store, kept in memory as long as the store is proven to have been able to take them back.
 *
 * <p>Whoever feeds it keeps this order: what the store pushed before it answered is passed to {@link #invalidate}
 * before that answer is passed to {@link #putLive}, {@link #putAbsent} or {@link #proven}. From that follows the one
 * guarantee: an answer that {@link #lookup} gives was true at some moment within the last {@code maxStaleness}. It is
 * why a look-up reads the proof first, the entry second and the clock last: a thread that is held up between any two
 * of them finds its proof too old.
 *
 * <p>Two clocks must agree on an answer's age. The ticker does not jump, but stands still while the machine sleeps; the
 * wall clock may jump, but does not stand still. Thread-safe; a look-up takes no lock and allocates nothing.
 */
public final class NearCache {

    /** Made-up ids may fill no more than their own share, and never push out a live session. */
    private static final int ABSENT_SHARE = 10;

    private final Cache<String, Long> live;

    private final Cache<String, Boolean> absent;

    /** Not-before markers by the names of their keys, also those that do not exist. */
    private final Cache<String, NotBefore> markers;

    private final LongSupplier ticker;

    private final Clock clock;

    private final long maxStalenessNanos;

    private final long maxStalenessMillis;

    private volatile @Nullable Proof proof;

    /**
     * @param maximumSize most live sessions kept; as many not-before markers and a tenth as many absent
     *     sessions are kept beside them
     * @param maxStaleness how long after its proof an answer may be given
     * @param ticker nanoseconds that do not jump, as {@link System#nanoTime()}
     */
    public NearCache(long maximumSize, Duration maxStaleness, LongSupplier ticker, Clock clock) {
        this.live = bounded(maximumSize);
        this.absent = bounded(absentShare(maximumSize));
        this.markers = bounded(maximumSize);
        this.ticker = ticker;
        this.clock = clock;
        this.maxStalenessNanos = maxStaleness.toNanos();
        this.maxStalenessMillis = maxStaleness.toMillis();
    }

    private static <V> Cache<String, V> bounded(long maximumSize) {
        return Caffeine.newBuilder()
                .maximumSize(maximumSize)
                .executor(Runnable::run)
                .build();
    }

    private static long absentShare(long maximumSize) {
        return Math.max(1, maximumSize / ABSENT_SHARE);
    }

    /** Most live sessions kept. */
    public long maximumSize() {
        return live.policy().eviction().orElseThrow().getMaximum();
    }

    /**
     * Changes the bound. What is too much by it is dropped at once.
     *
     * @param maximumSize most live sessions kept from now on; a tenth as many absent ones
     */
    public synchronized void resize(long maximumSize) {
        if (maximumSize != maximumSize()) {
            live.policy().eviction().orElseThrow().setMaximum(maximumSize);
            markers.policy().eviction().orElseThrow().setMaximum(maximumSize);
            absent.policy().eviction().orElseThrow().setMaximum(absentShare(maximumSize));
        }
    }

    /** The status of a session; {@code UNKNOWN} when there is no answer that may be given. */
    public SessionStatus lookup(String sessionId) {
        Proof proven = proof;
        if (proven == null) {
            return SessionStatus.UNKNOWN;
        }
        Long expiresAt = live.getIfPresent(sessionId);
        if (expiresAt == null && absent.getIfPresent(sessionId) == null) {
            return SessionStatus.UNKNOWN;
        }
        long now = clock.millis();
        if (!isFresh(proven, ticker.getAsLong(), now)) {
            return SessionStatus.UNKNOWN;
        }
        if (expiresAt == null) {
            return SessionStatus.ENDED;
        }
        return now < expiresAt ? SessionStatus.LIVE : SessionStatus.UNKNOWN;
    }

    /** The not-before marker of this key, or {@code null} when there is no answer that may be given. */
    public @Nullable NotBefore lookupMarker(String key) {
        Proof proven = proof;
        if (proven == null) {
            return null;
        }
        NotBefore marker = markers.getIfPresent(key);
        return marker != null && isFresh(proven, ticker.getAsLong(), clock.millis()) ? marker : null;
    }

    /** Keeps a not-before marker, or that there is none. */
    public void putMarker(String key, NotBefore marker) {
        markers.put(key, marker);
    }

    /** Takes a not-before marker back. */
    public void invalidateMarker(String key) {
        markers.invalidate(key);
    }

    /** Whether answers may be given at this moment. */
    public boolean isProven() {
        Proof proven = proof;
        return proven != null && isFresh(proven, ticker.getAsLong(), clock.millis());
    }

    private boolean isFresh(Proof proven, long nanos, long millis) {
        long wallAge = millis - proven.millis();
        return nanos - proven.nanos() <= maxStalenessNanos
                && wallAge <= maxStalenessMillis
                && wallAge >= -maxStalenessMillis;
    }

    /**
     * Whether the proof is so old that a new one should be on its way.
     *
     * @param nanos what the ticker says now
     */
    public boolean isProofAging(long nanos) {
        Proof proven = proof;
        return proven == null || nanos - proven.nanos() > maxStalenessNanos / 2;
    }

    /** How long ago the question was sent whose answer is the latest proof; {@code null} when nothing is proven. */
    public @Nullable Duration proofAge() {
        Proof proven = proof;
        return proven == null ? null : Duration.ofNanos(ticker.getAsLong() - proven.nanos());
    }

    /** The moment at which a question is sent: its answer proves no more than that moment. */
    public Moment now() {
        return new Moment(ticker.getAsLong(), clock.millis());
    }

    /**
     * The store has answered a question, and everything that it pushed before that has been passed on.
     *
     * @param sent when the question was sent
     */
    public synchronized void proven(Moment sent) {
        Proof known = proof;
        if (known == null || sent.nanos() - known.nanos() >= 0) {
            proof = new Proof(sent.nanos(), sent.millis());
        }
    }

    /** Nothing is proven any more; what is kept may be used again once something is. */
    public synchronized void unproven() {
        proof = null;
    }

    /** Keeps a live session until it is taken back, or expires. */
    public void putLive(String sessionId, long expiresAtMillis) {
        absent.invalidate(sessionId);
        live.put(sessionId, expiresAtMillis);
    }

    /** Keeps the fact that there is no such session. */
    public void putAbsent(String sessionId) {
        live.invalidate(sessionId);
        absent.put(sessionId, Boolean.TRUE);
    }

    /**
     * Takes an answer back.
     *
     * @return whether a live session was kept that has not expired yet
     */
    public boolean invalidate(String sessionId) {
        absent.invalidate(sessionId);
        Long expiresAt = live.asMap().remove(sessionId);
        return expiresAt != null && clock.millis() < expiresAt;
    }

    /** Takes all answers back, and the proof with them. */
    public void clear() {
        unproven();
        live.invalidateAll();
        absent.invalidateAll();
        markers.invalidateAll();
    }

    /** How many answers are kept, approximately. */
    public long size() {
        return live.estimatedSize() + absent.estimatedSize() + markers.estimatedSize();
    }

    /** A moment on both clocks. */
    public record Moment(long nanos, long millis) {}

    /** When the question was sent whose answer is the latest proof. */
    private record Proof(long nanos, long millis) {}

    /**
     * Whether answers are kept in memory.
     *
     * @param phase whether they are
     * @param reason why not, when they are not
     */
    public record Status(Phase phase, @Nullable String reason) {

        /** The store has shown that it takes answers back. */
        public static final Status ON = new Status(Phase.ON, null);

        /** The store has not been asked yet, or has not answered. */
        public static final Status STARTING = new Status(Phase.STARTING, null);

        /** Answers are not kept. */
        public static Status off(String reason) {
            return new Status(Phase.OFF, reason);
        }

        /** Whether answers are kept. */
        public enum Phase {
            /** They are, as far as they are proven. */
            ON,
            /** Not yet known. */
            STARTING,
            /** They are not. */
            OFF
        }
    }
}
