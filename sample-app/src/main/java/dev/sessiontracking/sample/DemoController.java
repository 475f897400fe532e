// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import java.io.IOException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The demo page, the state of Redis that it shows, and the switch for the embedded Redis. */
@RestController
class DemoController {

    private static final String ONLY_FROM_HERE = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final OutageWatch outages;

    private final ObjectProvider<EmbeddedRedis> redis;

    private final boolean tracking;

    DemoController(OutageWatch outages, ObjectProvider<EmbeddedRedis> redis, Environment environment) {
        this.outages = outages;
        this.redis = redis;
        this.tracking = StringUtils.hasText(environment.getProperty("session.tracking.redis-url"))
                && environment.getProperty("session.tracking.enabled", Boolean.class, true);
    }

    @GetMapping(path = "/", produces = "text/html;charset=UTF-8")
    ResponseEntity<Resource> page() {
        return file("index.html");
    }

    @GetMapping(path = "/demo.css", produces = "text/css;charset=UTF-8")
    ResponseEntity<Resource> styles() {
        return file("demo.css");
    }

    @GetMapping(path = "/demo.js", produces = "text/javascript;charset=UTF-8")
    ResponseEntity<Resource> script() {
        return file("demo.js");
    }

    private static ResponseEntity<Resource> file(String name) {
        return ResponseEntity.ok()
                .header("Content-Security-Policy", ONLY_FROM_HERE)
                .cacheControl(CacheControl.noCache())
                .body(new ClassPathResource("demo/" + name));
    }

    @GetMapping("/demo/redis")
    RedisState redis() {
        EmbeddedRedis embedded = redis.getIfAvailable();
        return new RedisState(
                tracking,
                outages.isLasting(),
                outages.pendingRevocations(),
                embedded != null,
                embedded != null && embedded.isRunning());
    }

    @PostMapping("/demo/redis/stop")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void stop() {
        embedded().pause();
    }

    @PostMapping("/demo/redis/start")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void start() throws IOException {
        embedded().resume();
    }

    private EmbeddedRedis embedded() {
        EmbeddedRedis embedded = redis.getIfAvailable();
        if (embedded == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "This sample did not start its Redis.");
        }
        return embedded;
    }

    record RedisState(boolean tracking, boolean outage, long pendingRevocations, boolean embedded, boolean running) {}
}
