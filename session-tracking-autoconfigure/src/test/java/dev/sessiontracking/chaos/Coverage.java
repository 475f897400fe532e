// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What was done at which moment of a fault: a run that has not revoked at a recovery has shown nothing about it. */
final class Coverage {

    private static final long MOMENT = Duration.ofSeconds(1).toNanos();

    static final List<String> MOMENTS = List.of("calm", "fault", "recovery");

    /** It need not be done at each moment. */
    private static final String EVER = " / ever";

    private static final String CHECK_OF_REVOKED_LOGIN = "check of a revoked login without a session";

    private final Map<String, AtomicInteger> counts = new ConcurrentSkipListMap<>();

    private volatile boolean faulty;

    private volatile long healed = System.nanoTime() - MOMENT;

    void faultBegins() {
        faulty = true;
    }

    void faultEnds() {
        healed = System.nanoTime();
        faulty = false;
    }

    void revoked(String kind, long moment) {
        count(kind, moment);
    }

    /** A revoked session was refreshed, on the node that revoked it or on another one. */
    void refreshed(boolean sameNode, long moment) {
        count(sameNode ? "refresh of a revoked session, same node" : "refresh of a revoked session, other", moment);
    }

    /** A login that has no session was checked after all of its user was revoked. */
    void checkedRevokedLogin(long moment) {
        count(CHECK_OF_REVOKED_LOGIN, moment);
    }

    void cutOff(long moment) {
        count("CUT_OFF", moment);
    }

    /** A refresh token was presented, in one of several ways. */
    void rotated(Rotations.Way way, long moment) {
        count(way.toString(), moment);
    }

    /** The number of a user's sessions was compared with the limit. */
    void limited(long moment) {
        count("limit", moment);
    }

    /** Whether nothing has happened for a moment. */
    boolean isCalm() {
        return !faulty && System.nanoTime() - healed > MOMENT;
    }

    private void count(String what, long moment) {
        String when = faulty ? "fault" : moment - healed < MOMENT ? "recovery" : "calm";
        counts.computeIfAbsent(what + " / " + when, key -> new AtomicInteger()).incrementAndGet();
    }

    /** How often each thing was done that is to be done at each moment. */
    Map<String, Integer> totals() {
        Map<String, Integer> totals = new TreeMap<>();
        counts().forEach((what, count) -> {
            if (!what.endsWith(EVER)) {
                totals.merge(what.substring(0, what.indexOf(" / ")), count, Integer::sum);
            }
        });
        return totals;
    }

    /** How often each thing was done at each moment. */
    Map<String, Integer> counts() {
        Map<String, Integer> all = new TreeMap<>();
        all.put("CUT_OFF" + EVER, totalOf("CUT_OFF"));
        all.put("limit" + EVER, totalOf("limit"));
        for (Rotations.Way way : Rotations.Way.values()) {
            all.put(way + EVER, totalOf(way.toString()));
        }
        for (String what : List.of(
                "LOGOUT",
                "REVOKE_ONE",
                "REVOKE_ALL",
                "REVOKE_OTHERS",
                "ADMIN_REVOKE_ALL",
                "DEL",
                CHECK_OF_REVOKED_LOGIN,
                "refresh of a revoked session, same node",
                "refresh of a revoked session, other")) {
            for (String when : MOMENTS) {
                String key = what + " / " + when;
                all.put(key, counts.getOrDefault(key, new AtomicInteger()).get());
            }
        }
        return all;
    }

    private int totalOf(String what) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(what + " / "))
                .mapToInt(entry -> entry.getValue().get())
                .sum();
    }
}
