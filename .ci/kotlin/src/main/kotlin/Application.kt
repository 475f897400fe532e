// SPDX-License-Identifier: Apache-2.0
package com.example

import dev.sessiontracking.SessionEndReason
import dev.sessiontracking.SessionEndedException
import dev.sessiontracking.SessionMetadata
import dev.sessiontracking.SessionRevoked
import dev.sessiontracking.SessionService
import dev.sessiontracking.SessionTokens
import dev.sessiontracking.TokenGrant
import java.security.Principal
import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.runApplication
import org.springframework.context.annotation.Bean
import org.springframework.context.event.EventListener
import org.springframework.security.oauth2.jwt.BadJwtException
import org.springframework.security.oauth2.jwt.JwtDecoder
import org.springframework.web.bind.annotation.DeleteMapping
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.RestController

@SpringBootApplication
class Application {

    @Bean
    fun jwtDecoder() = JwtDecoder { throw BadJwtException("A real application verifies tokens") }

    @EventListener
    fun revoked(event: SessionRevoked) = println("${event.sessionIds().size} session(s) of ${event.userId() ?: "?"} revoked")
}

data class Device(val id: String, val ip: String?, val expires: Long)

@RestController
class Devices(private val sessions: SessionService, private val tokens: SessionTokens) {

    @GetMapping("/devices")
    fun list(user: Principal): List<Device> =
        sessions.getUserSessions(user.name).map { Device(it.id(), it.metadata().ip(), it.expiresAt().epochSecond) }

    @DeleteMapping("/devices/{id}")
    fun signOut(@PathVariable id: String, user: Principal) =
        sessions.revokeSession(user.name, id, SessionEndReason("lost_phone"))

    fun login(user: String, ip: String?): TokenGrant = tokens.login(user, SessionMetadata.of(ip, null))

    fun refresh(claims: Map<String, Any>): TokenGrant? =
        try {
            tokens.refresh(claims, SessionMetadata.none())
        } catch (ended: SessionEndedException) {
            null
        }
}

fun main(arguments: Array<String>) {
    runApplication<Application>(*arguments)
}
