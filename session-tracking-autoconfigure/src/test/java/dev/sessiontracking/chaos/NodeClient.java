// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.chaos.node.Disclosure;
import dev.sessiontracking.core.SessionChecker.Result;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients send to a node. Never throws for an answer, or for none. Thread-safe. */
final class NodeClient {

    /** Far longer than any request may take; a client that gave up earlier would see less. */
    static final Duration TIMEOUT = Duration.ofSeconds(12);

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    private final NodeProcess node;

    NodeClient(NodeProcess node) {
        this.node = node;
    }

    /** What a client has of a login. The session id is null while it is not tracked. */
    record Tokens(
            String user,
            String access,
            String refresh,
            @Nullable String sessionId) {}

    /**
     * An answer.
     *
     * @param node the life of the process that gave it, or was meant to
     * @param status 0 for none
     * @param check what the node says of the token's session
     * @param revoked ids that the server confirmed
     * @param pending whether a revocation is kept for the server
     */
    record Answer(
            int node,
            long start,
            long end,
            int status,
            @Nullable Result check,
            List<String> revoked,
            boolean pending,
            List<String> lines) {

        boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        /** The tokens of a login or refresh; what was not given anew stays. */
        Tokens tokens(String user, @Nullable Tokens before) {
            String refresh = lines.get(1).isEmpty() && before != null ? before.refresh() : lines.get(1);
            return new Tokens(user, lines.get(0), refresh, lines.size() < 3 ? null : lines.get(2));
        }

        /** Whether the answer to a refresh rests on proof: then it holds a new refresh token. */
        boolean isProvenRefresh() {
            return isSuccess() && !lines.get(1).isEmpty() && !lines.contains("unverified");
        }

        /** Of the refresh token that was granted. */
        long generation() {
            return Long.parseLong(lines.get(3));
        }
    }

    Answer login(String user) {
        return send("POST", "/login?user=" + user, null);
    }

    Answer refresh(Tokens tokens) {
        return send("POST", "/refresh?token=" + tokens.refresh(), null);
    }

    /** As {@link #login}, and refresh tokens are rotated. */
    Answer grant(String user) {
        return send("POST", "/grants/login?user=" + user, null);
    }

    Answer rotate(String refreshToken) {
        return send("POST", "/grants/refresh?token=" + refreshToken, null);
    }

    Answer logout(String refreshToken) {
        return send("POST", "/grants/logout?token=" + refreshToken, null);
    }

    Answer me(Tokens caller) {
        return send("GET", "/me", caller);
    }

    Answer logout(Tokens caller) {
        return send("POST", "/logout", caller);
    }

    Answer revoke(String sessionId, Tokens caller) {
        return send("DELETE", "/sessions/" + sessionId, caller);
    }

    Answer list(Tokens caller) {
        return send("GET", "/sessions", caller);
    }

    Answer revokeAll(Tokens caller) {
        return send("DELETE", "/sessions", caller);
    }

    /** What an administrator sends, who has no session. */
    Answer revokeAllOf(String user) {
        return send("DELETE", "/users/" + user + "/sessions", null);
    }

    /** What an administrator sends after an incident. */
    Answer revokeEverything() {
        return send("DELETE", "/everything", null);
    }

    Answer revokeOthers(Tokens caller) {
        return send("DELETE", "/sessions/others", caller);
    }

    private Answer send(String method, String path, @Nullable Tokens caller) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node.url() + path))
                .timeout(TIMEOUT)
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (caller != null) {
            request.header("Authorization", "Bearer " + caller.access());
        }
        int life = node.life();
        long start = System.nanoTime();
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            // Repeated by the HTTP client, it may have reached the next life of the node.
            return node.life() == life ? answer(life, start, response) : none(life, start);
        } catch (IOException noAnswer) {
            return none(life, start);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static Answer none(int life, long start) {
        return new Answer(life, start, System.nanoTime(), 0, null, List.of(), false, List.of());
    }

    private static Answer answer(int life, long start, HttpResponse<String> response) {
        long end = System.nanoTime();
        return new Answer(
                life,
                start,
                end,
                response.statusCode(),
                response.headers()
                        .firstValue(Disclosure.CHECK)
                        .map(Result::valueOf)
                        .orElse(null),
                response.headers()
                        .firstValue(Disclosure.REVOKED)
                        .map(ids -> List.of(ids.split(",")))
                        .orElse(List.of()),
                response.headers().firstValue(Disclosure.PENDING).isPresent(),
                response.body().lines().toList());
    }
}
