package dev.sessiontracking.redis;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What was done and answered, all on one monotonic clock, and the judgement of it. Recording is thread-safe; checks are
 * kept by the thread that makes them and handed in at the end.
 */
final class History {

    static final long NEVER = Long.MAX_VALUE;

    /** No node: the server was told directly. */
    static final int BY_HAND = -1;

    record Check(int node, String session, long start, long end, SessionCheck answer) {}

    /** A session, live from its acknowledgement until something ends it. */
    record Login(String session, long start, long acknowledged, Duration ttl) {}

    /** Something that ends a session on the server; acknowledged {@link #NEVER} when nobody knows if and when. */
    record End(int node, long start, long acknowledged, long deniedOnNode) {}

    /** A check that must not have been answered so. */
    record Violation(String rule, Check check, long lateNanos) {}

    private final Map<String, Login> logins = new ConcurrentHashMap<>();

    private final Map<String, Queue<End>> ends = new ConcurrentHashMap<>();

    private final Queue<End> flushes = new ConcurrentLinkedQueue<>();

    void login(Login login) {
        logins.put(login.session(), login);
    }

    /** A revocation that the server has acknowledged. */
    void revoked(int node, String session, long start, long acknowledged) {
        end(session, new End(node, start, acknowledged, node == BY_HAND ? NEVER : acknowledged));
    }

    /** A revocation that the node keeps, as the server has not acknowledged it. */
    void revocationKept(int node, String session, long start, long kept) {
        end(session, new End(node, start, NEVER, kept));
    }

    /** A command by hand of which nobody knows whether the server has carried it out. */
    void perhapsRevoked(String session, long start) {
        end(session, new End(BY_HAND, start, NEVER, NEVER));
    }

    private void end(String session, End end) {
        ends.computeIfAbsent(session, id -> new ConcurrentLinkedQueue<>()).add(end);
    }

    void flushed(long start, long acknowledged) {
        flushes.add(new End(BY_HAND, start, acknowledged, NEVER));
    }

    /**
     * Judges checks.
     *
     * @param staleness how long after a revocation the cache may still say live
     * @param sharing how long after a revocation an answer of the store may still say live, as it was asked before
     */
    List<Violation> violations(Collection<Check> checks, Duration staleness, Duration sharing) {
        Map<String, Fate> fates = new ConcurrentHashMap<>();
        List<Violation> violations = new ArrayList<>();
        for (Check check : checks) {
            Fate fate = fates.computeIfAbsent(check.session(), this::fate);
            Violation violation = fate.judge(check, staleness.toNanos(), sharing.toNanos());
            if (violation != null) {
                violations.add(violation);
            }
        }
        return violations;
    }

    /** The sessions that are certainly live, and those that certainly are not, at a moment after all that happened. */
    List<String> certainly(SessionStatus status, long moment) {
        return logins.keySet().stream()
                .filter(id -> status == SessionStatus.LIVE
                        ? fate(id).mayEnd > moment
                        : fate(id).mustEnd <= moment || fate(id).isKept())
                .toList();
    }

    private Fate fate(String session) {
        Login login = logins.get(session);
        if (login == null) {
            throw new IllegalArgumentException("No login of " + session);
        }
        Collection<End> own = ends.getOrDefault(session, new ConcurrentLinkedQueue<>());
        long expiryFrom = login.start() + login.ttl().minusMillis(2).toNanos();
        long expiryUntil = login.acknowledged() + login.ttl().plusMillis(1).toNanos();
        long mayEnd = expiryFrom;
        long mustEnd = NEVER;
        for (End end : own) {
            mayEnd = Math.min(mayEnd, end.start());
            mustEnd = Math.min(mustEnd, end.acknowledged());
        }
        for (End flush : flushes) {
            if (flush.acknowledged() >= login.start()) {
                mayEnd = Math.min(mayEnd, flush.start());
            }
            if (flush.start() >= login.acknowledged()) {
                mustEnd = Math.min(mustEnd, flush.acknowledged());
            }
        }
        return new Fate(mayEnd, mustEnd, expiryUntil, own);
    }

    /** When a session may have ended, when it must have, and when it must have because its time was over. */
    private record Fate(long mayEnd, long mustEnd, long expiry, Collection<End> ends) {

        boolean isKept() {
            return ends.stream().anyMatch(end -> end.deniedOnNode() != NEVER);
        }

        @Nullable
        Violation judge(Check check, long staleness, long sharing) {
            if (check.answer().status() == SessionStatus.ENDED) {
                return check.end() < mayEnd ? new Violation("wrongly rejected", check, mayEnd - check.end()) : null;
            }
            for (End end : ends) {
                if (end.node() == check.node() && check.start() > end.deniedOnNode()) {
                    return late("accepted by the node that revoked it", check, end.deniedOnNode(), 0);
                }
            }
            return switch (check.answer()) {
                case LIVE_BY_CACHE -> {
                    Violation expired = late("accepted by cache after expiry", check, expiry, 0);
                    yield expired != null ? expired : late("accepted by cache", check, mustEnd, staleness);
                }
                case LIVE_BY_STORE -> late("accepted by store", check, Math.min(mustEnd, expiry), sharing);
                default -> null;
            };
        }

        private static @Nullable Violation late(String rule, Check check, long ended, long allowed) {
            return ended != NEVER && check.start() - ended > allowed
                    ? new Violation(rule, check, check.start() - ended)
                    : null;
        }
    }
}
