// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import jakarta.servlet.RequestDispatcher;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/** Gives the errors that no controller answered a body as in RFC 9457, like those that Spring MVC answers. */
@RestController
class ProblemErrorController implements ErrorController {

    @RequestMapping("/error")
    ResponseEntity<ProblemDetail> error(
            @RequestAttribute(RequestDispatcher.ERROR_STATUS_CODE) int status,
            @RequestAttribute(RequestDispatcher.ERROR_REQUEST_URI) String path) {
        ProblemDetail problem = ProblemDetail.forStatus(status);
        problem.setInstance(UriComponentsBuilder.fromPath(path).build(true).toUri());
        return ResponseEntity.of(problem).build();
    }
}
