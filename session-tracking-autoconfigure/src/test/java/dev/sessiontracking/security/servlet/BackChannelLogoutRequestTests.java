// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.InvalidLogoutTokens;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to the receiver of logout tokens: their paths, methods and bodies, and what hostile ones cost. */
class BackChannelLogoutRequestTests extends BackChannelLogoutFixture {

    @Test
    void bodyIsBounded() {
        String valid = "logout_token=" + login.logoutToken("one");
        String padded = valid + "&x=" + "y".repeat(16 * 1024);

        assertInvalid(post(padded));
        assertInvalid(send(
                node,
                PATH,
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(padded.getBytes())),
                request -> {}));
        assertInvalid(post("x".repeat(1_000_000)));
        assertThat(me(login)).isEqualTo(200);

        assertThat(send(
                                node,
                                PATH,
                                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(valid.getBytes())),
                                request -> {})
                        .statusCode())
                .isEqualTo(200);
        assertThat(me(login)).isEqualTo(401);
    }

    @Test
    void wantsAForm() {
        BodyPublisher valid = BodyPublishers.ofString("logout_token=" + login.logoutToken("one"));

        assertInvalid(send(node, PATH, valid, request -> request.setHeader("Content-Type", "application/json")));
        assertInvalid(send(node, PATH, valid, request -> request.setHeader("Content-Type", "///")));
        assertInvalid(TestServer.send(HttpRequest.newBuilder(node.uri(PATH)).POST(valid), request -> {}));
        assertInvalid(
                send(node, PATH + "?logout_token=" + login.logoutToken("one"), BodyPublishers.noBody(), request -> {}));
        assertThat(me(login)).isEqualTo(200);

        assertThat(send(
                                node,
                                PATH,
                                valid,
                                request -> request.setHeader(
                                        "Content-Type", "Application/X-WWW-Form-Urlencoded;charset=UTF-8"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void filtersOfTheApplicationMayReadTheForm() {
        BodyPublisher valid = BodyPublishers.ofString("logout_token=" + login.logoutToken("one"));

        assertThat(send(node, PATH, valid, request -> request.header(READS_FORM, "true"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(me(login)).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"})
    void onlyPostIsAllowed(String method) {
        HttpResponse<String> response = send(
                node,
                PATH,
                BodyPublishers.noBody(),
                request -> request.method(method, BodyPublishers.ofString("logout_token=" + login.logoutToken("one"))));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("POST");
        assertThat(me(login)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/logout/back-channel/",
                "/logout/back-channel/x",
                "/logout/back-channel;a=b",
                "/logout//back-channel",
                "/logout/back%2Dchannel",
                "/logout/%62ack-channel",
                "/logout/x/../back-channel",
                "/LOGOUT/back-channel",
                "/logout"
            })
    void otherPathsGoToSpringSecurity(String path) {
        HttpResponse<String> response =
                send(node, path, BodyPublishers.ofString("logout_token=" + login.logoutToken("one")), request -> {});

        assertThat(response.statusCode()).isIn(302, 400, 401, 403);
        assertThat(response.body()).isNotEqualTo(INVALID);
        assertThat(me(login)).isEqualTo(200);
    }

    @Test
    void unknownKeysDoNotFloodTheProvider() {
        assertThat(post("logout_token=" + login.logoutToken("one")).statusCode())
                .isEqualTo(200);
        Login other = login("bob");
        String unknownKey = InvalidLogoutTokens.forms(provider, other, "one").get("an unknown key");
        int before = provider.keyRequests();

        for (int i = 0; i < 20; i++) {
            assertThat(post(unknownKey).statusCode()).isEqualTo(400);
        }

        assertThat(provider.keyRequests() - before).isLessThan(10);
        assertThat(post("logout_token=" + other.logoutToken("one")).statusCode())
                .isEqualTo(200);
    }
}
