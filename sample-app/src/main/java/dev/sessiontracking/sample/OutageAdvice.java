// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionStoreUnavailableException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers what cannot be decided without Redis: 503, try again; never a 401 that sends people to log in again. */
@RestControllerAdvice
class OutageAdvice {

    private static final String RETRY_AFTER_SECONDS = "1";

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unavailable(SessionStoreUnavailableException outage) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, "Sessions cannot be checked at the moment. Try again shortly.");
        return ResponseEntity.of(problem)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .build();
    }
}
