// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.concurrent.Callable;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** What a client can call in the tests. */
@Controller
class Endpoints {

    /** Hands the parts of a streamed answer over, one at a time. */
    final SynchronousQueue<String> parts = new SynchronousQueue<>();

    @GetMapping("/me")
    @ResponseBody
    String me(Principal principal) {
        return principal.getName();
    }

    @GetMapping("/open/hello")
    @ResponseBody
    String hello() {
        return "hello";
    }

    @GetMapping("/open/me")
    @ResponseBody
    String openMe(Principal principal) {
        return principal == null ? "nobody" : principal.getName();
    }

    @GetMapping("/open/forward")
    String forward() {
        return "forward:/me";
    }

    @GetMapping("/forward")
    String protectedForward() {
        return "forward:/me";
    }

    @GetMapping("/async")
    @ResponseBody
    Callable<String> async(Principal principal) {
        return principal::getName;
    }

    @GetMapping("/broken")
    void broken(HttpServletResponse response) throws IOException {
        response.sendError(418);
    }

    @GetMapping(path = "/stream", produces = MediaType.TEXT_PLAIN_VALUE)
    @ResponseBody
    StreamingResponseBody stream(HttpServletResponse response) {
        return out -> {
            for (int i = 0; i < 2; i++) {
                try {
                    String part = parts.poll(10, TimeUnit.SECONDS);
                    out.write((part == null ? "(nothing)" : part).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    // A flush of the stream that Spring MVC hands out reaches nobody.
                    response.flushBuffer();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }
}
