// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** 401, with the challenge that RFC 9110 section 11.6.1 asks for. What exactly was wrong is not told. */
class UnauthorizedException extends ResponseStatusException {

    private static final long serialVersionUID = 1L;

    private UnauthorizedException(String detail, @Nullable Throwable cause) {
        super(HttpStatus.UNAUTHORIZED, detail, cause);
    }

    static UnauthorizedException badCredentials(Throwable cause) {
        return new UnauthorizedException("Wrong username or password.", cause);
    }

    static UnauthorizedException invalidRefreshToken(@Nullable Throwable cause) {
        return new UnauthorizedException("The refresh token is not valid, or its session has ended.", cause);
    }

    @Override
    public HttpHeaders getHeaders() {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        return headers;
    }
}
