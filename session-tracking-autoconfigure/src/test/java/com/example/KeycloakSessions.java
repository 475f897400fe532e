// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RevocationApplied;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

@Component
class KeycloakSessions {

    private static final Logger log = LoggerFactory.getLogger(KeycloakSessions.class);

    private final RestClient admin; // of https://login.example.com/admin/realms/main, with manage-users

    KeycloakSessions(RestClient admin) {
        this.admin = admin;
    }

    @EventListener
    void on(SessionRevoked event) {
        if (!event.reason().equals(SessionEndReason.IDENTITY_PROVIDER)) { // otherwise Keycloak has ended it
            event.sessionIds().forEach(this::end);
        }
    }

    @EventListener
    void on(RevocationApplied event) { // after an outage
        if (event.sessionId() != null) {
            end(event.sessionId());
        }
    }

    private void end(String id) {
        String sid = id.substring(id.indexOf('~') + 1);
        try {
            admin.delete().uri("/sessions/{sid}", sid).retrieve().toBodilessEntity();
        } catch (HttpClientErrorException.NotFound ended) {
            // It has ended, or is an offline session: add ?isOffline=true.
        } catch (RestClientException failed) { // its message contains the session id
            log.warn(
                    "Keycloak did not end a revoked session: {}",
                    failed.getClass().getSimpleName());
        }
    }
}
