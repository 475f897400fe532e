// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.chaos.NodeClient.Answer;
import dev.sessiontracking.chaos.NodeClient.Tokens;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisErrorException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Some users, one action after the other. For one thread. */
final class Residents {

    static final Duration TTL = Duration.ofDays(7);

    private static final int MOST_LOGINS = 3;

    private static final int ACTS_BETWEEN_CUTOFFS = 600;

    private static final int FIRST_CUTOFF = 200;

    private static final AtomicInteger UNTRACKED = new AtomicInteger();

    private final Fleet fleet;

    private final History history;

    private final Recorder recorder;

    private final Coverage coverage;

    private final FleetTraffic traffic;

    private final int firstSlot;

    private final RedisCli cli;

    private final List<Household> households = new ArrayList<>();

    private final int size;

    private int acts;

    /** @param size how many slots the sessions may take, from {@code index * size} on */
    Residents(
            Fleet fleet,
            History history,
            Recorder recorder,
            Coverage coverage,
            FleetTraffic traffic,
            int index,
            int size) {
        this.fleet = fleet;
        this.history = history;
        this.recorder = recorder;
        this.coverage = coverage;
        this.traffic = traffic;
        this.firstSlot = index * size;
        this.size = size / MOST_LOGINS;
        this.cli = fleet.cli();
        for (int i = 0; i < this.size; i++) {
            households.add(new Household());
        }
    }

    void act(Random random) {
        int place = random.nextInt(size);
        Household household = households.get(place);
        int node = random.nextInt(fleet.size());
        if (firstSlot == 0 && ++acts % ACTS_BETWEEN_CUTOFFS == FIRST_CUTOFF) {
            endEverything(node);
        } else if (!household.members.isEmpty() && random.nextInt(20) == 0) {
            Answer answer = fleet.client(node).revokeAllOf(household.user);
            revoked(Exchange.Kind.ADMIN_REVOKE_ALL, household, node, answer, List.copyOf(household.members));
        } else if (household.members.size() < MOST_LOGINS && random.nextInt(4) > 0 || household.members.isEmpty()) {
            login(household, node);
        } else {
            Household.Member member = household.any(random);
            if (member.isTracked()) {
                revoke(household, member, node, random);
            } else {
                register(household, member, node);
            }
        }
        if (household.members.isEmpty() && random.nextInt(3) == 0) {
            households.set(place, new Household());
        }
        for (int i = 0; i < MOST_LOGINS; i++) {
            List<Household.Member> members = households.get(place).members;
            traffic.show(firstSlot + place * MOST_LOGINS + i, i < members.size() ? members.get(i) : null);
        }
    }

    private void endEverything(int node) {
        long now = System.currentTimeMillis();
        Answer answer = fleet.client(node).revokeEverything();
        recorder.request(Exchange.Kind.CUT_OFF, node, answer);
        coverage.cutOff(answer.start());
        boolean isConfirmed = answer.isSuccess() && !answer.pending();
        boolean isEnforced = isConfirmed || answer.pending();
        history.cutoffs.add(
                answer.node(),
                now,
                answer.start(),
                isConfirmed ? answer.end() : History.NEVER,
                isEnforced ? answer.end() : History.NEVER);
        if (isEnforced) {
            households.forEach(household -> {
                household.members.forEach(member -> traffic.ended(member, node));
                household.members.clear();
            });
        }
    }

    private void login(Household household, int node) {
        Answer answer = fleet.client(node).login(household.user);
        recorder.request(Exchange.Kind.LOGIN, node, answer);
        if (answer.isSuccess()) {
            moveIn(household, answer, answer.tokens(household.user, null), null);
        }
    }

    /** The first refresh after an outage makes a login revocable that was not tracked. */
    private void register(Household household, Household.Member member, int node) {
        Answer answer = fleet.client(node).refresh(member.tokens());
        recorder.refresh(node, answer, member.id());
        if (answer.isSuccess()) {
            Tokens tokens = answer.tokens(household.user, member.tokens());
            if (tokens.sessionId() != null) {
                household.members.remove(member);
                moveIn(household, answer, tokens, member);
            }
        } else if (answer.status() == 401) {
            household.members.remove(member);
        }
    }

    /** @param registered the login that has become a session only now, if it is not a new one */
    private void moveIn(Household household, Answer answer, Tokens tokens, Household.@Nullable Member registered) {
        long began = registered == null ? answer.start() : registered.began();
        String id = tokens.sessionId() == null ? "untracked-" + UNTRACKED.incrementAndGet() : tokens.sessionId();
        History.Login login = new History.Login(id, answer.start(), answer.end(), TTL);
        if (tokens.sessionId() == null) {
            history.untracked(login);
        } else {
            history.login(login);
        }
        if (registered != null) {
            history.registered(registered.id(), id);
        }
        household.mayTakeForEarlier(began).forEach(keeper -> history.refusableOn(keeper, id));
        household.members.add(new Household.Member(id, tokens, began));
        if (tokens.sessionId() == null) {
            household.untracked.add(id);
        }
        if ((tokens.sessionId() == null || registered != null)
                && (household.mayBeMarked(began) || history.cutoffs.mayCover(began))) {
            history.perhapsRevoked(id, answer.start());
        }
    }

    private void revoke(Household household, Household.Member member, int node, Random random) {
        NodeClient client = fleet.client(node);
        Household.Member caller = household.any(random);
        Tokens tokens = caller.tokens();
        switch (random.nextInt(7)) {
            case 0, 1 ->
                revoked(Exchange.Kind.LOGOUT, household, node, client.logout(member.tokens()), List.of(member));
            case 2, 3 -> {
                Answer answer = client.revoke(member.id(), tokens);
                recorder.caller(answer, caller.id());
                revoked(Exchange.Kind.REVOKE_ONE, household, node, answer, List.of(member));
            }
            case 4 -> {
                Answer answer = client.revokeAll(tokens);
                recorder.caller(answer, caller.id());
                revoked(Exchange.Kind.REVOKE_ALL, household, node, answer, List.copyOf(household.members));
            }
            case 5 -> {
                List<Household.Member> others = household.members.stream()
                        .filter(other -> other != caller)
                        .toList();
                if (caller.isTracked() && !others.isEmpty()) {
                    Answer answer = client.revokeOthers(tokens);
                    recorder.caller(answer, caller.id());
                    revoked(Exchange.Kind.REVOKE_OTHERS, household, node, answer, others);
                }
            }
            default -> delete(household, member);
        }
    }

    private void revoked(
            Exchange.Kind kind, Household household, int node, Answer answer, List<Household.Member> targets) {
        boolean isForAll = kind == Exchange.Kind.REVOKE_ALL
                || kind == Exchange.Kind.REVOKE_OTHERS
                || kind == Exchange.Kind.ADMIN_REVOKE_ALL;
        if (isForAll && answer.pending()) {
            household.keptEverywhere(answer.node(), answer.end());
        }
        if (isForAll && answer.status() != 401) {
            household.markedEverywhere(answer.end());
            household.untracked.forEach(id -> recorder.revocationOfLogin(answer, id));
        }
        if (recorder.revocation(kind, node, answer, targets)) {
            coverage.revoked(kind.name(), answer.start());
            household.members.removeAll(targets);
            targets.forEach(target -> traffic.ended(target, node));
        } else if (answer.status() == 401) {
            // The caller is known to be over, as after a restart without the data: it is no use any more.
            household.members.clear();
        }
    }

    private void delete(Household household, Household.Member member) {
        long start = System.nanoTime();
        try {
            cli.command("DEL", "session:" + member.id());
            history.revoked(History.BY_HAND, member.id(), start, System.nanoTime());
        } catch (UncheckedIOException | RedisErrorException noAnswer) {
            history.perhapsRevoked(member.id(), start);
        }
        coverage.revoked("DEL", start);
        household.members.remove(member);
        traffic.ended(member, History.BY_HAND);
    }
}
