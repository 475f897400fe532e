// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What every variant serves: the endpoint that is measured, and a login. */
@RestController
class HelloController {

    private final Login login;

    HelloController(Login login) {
        this.login = login;
    }

    @GetMapping("/hello")
    String hello() {
        return "hello";
    }

    /** Answers with the header line that identifies the client from then on. */
    @PostMapping("/login")
    String login(@RequestParam("user") String user, HttpServletRequest request) {
        return login.begin(user, request);
    }
}
