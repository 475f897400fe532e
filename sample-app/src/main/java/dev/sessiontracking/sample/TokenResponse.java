// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import org.jspecify.annotations.Nullable;

/**
 * What a client gets for its credentials or its refresh token.
 *
 * @param sessionId the session these tokens belong to; {@code null} when it is not tracked, because there is no Redis
 * @param tokenType always {@code Bearer}
 * @param expiresIn seconds until the access token expires
 */
record TokenResponse(
        String accessToken, String refreshToken, @Nullable String sessionId, String tokenType, long expiresIn) {}
