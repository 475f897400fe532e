// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
class DeviceList {

    record Device(String id, String userAgent, Instant lastUse, boolean current) {}

    private final SessionService sessions;

    DeviceList(SessionService sessions) {
        this.sessions = sessions;
    }

    @GetMapping("/devices")
    List<Device> devices(@AuthenticationPrincipal Jwt jwt) {
        return sessions.getUserSessions(jwt.getSubject()).stream()
                .map(session -> device(session, jwt.getClaimAsString("sid")))
                .toList();
    }

    @DeleteMapping("/devices/{id}")
    void signOut(@PathVariable String id, @AuthenticationPrincipal Jwt jwt) {
        if (!SessionIds.isUsable(id)
                || !sessions.revokeSession(jwt.getSubject(), id)) { // false: not this user's session
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
    }

    private static Device device(UserSession session, String current) {
        String userAgent = session.lastUse().metadata().userAgent();
        return new Device(
                session.id(), userAgent, session.lastUse().at(), session.id().equals(current));
    }
}
