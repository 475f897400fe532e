// SPDX-License-Identifier: Apache-2.0
package com.example

import dev.sessiontracking.SessionService
import dev.sessiontracking.test.AutoConfigureTestSessionStore
import dev.sessiontracking.test.SessionMockMvcRequestPostProcessors.session
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.test.context.SpringBootTest
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc
import org.springframework.test.web.servlet.assertj.MockMvcTester

@SpringBootTest
@AutoConfigureMockMvc
@AutoConfigureTestSessionStore
class ApplicationTests(
    @param:Autowired private val mvc: MockMvcTester,
    @param:Autowired private val sessions: SessionService,
    @param:Autowired private val devices: Devices,
) {

    @Test
    fun revokedTokenIsRejected() {
        val alice = session("alice")
        assertThat(mvc.get().uri("/devices").with(alice)).hasStatusOk()
        assertThat(mvc.get().uri("/devices").with(alice.revoked())).hasStatus(401)
    }

    @Test
    fun loginAndRefresh() {
        val grant = devices.login("bob", null)
        val claims = grant.refreshClaims() + ("exp" to grant.refreshExpiresAt())
        assertThat(devices.refresh(claims)?.session()?.id()).isEqualTo(grant.session().id())
        sessions.revokeAllUserSessions("bob")
        assertThat(devices.refresh(claims)).isNull()
    }
}
