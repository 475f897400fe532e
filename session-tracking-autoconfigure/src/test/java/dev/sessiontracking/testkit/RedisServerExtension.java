// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One server for all tests of a class: {@code @RegisterExtension static RedisServerExtension redis = new
 * RedisServerExtension();}. Before each test it runs, is empty, and is not frozen. A test that changes the server's
 * configuration puts it back, or ends with {@code server().restartEmpty()}.
 */
public final class RedisServerExtension implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {

    private final String[] args;
    private @Nullable RedisServer server;
    private int depth;

    /** @param args for {@code redis-server} */
    public RedisServerExtension(String... args) {
        this.args = args.clone();
    }

    public RedisServer server() {
        if (server == null) {
            throw new IllegalStateException("There is a server only while tests run, and in a static field only");
        }
        return server;
    }

    public RedisCli cli() {
        return server().cli();
    }

    public String url() {
        return server().url();
    }

    /** For an application whose waiting times are not what is tested. */
    public String[] patientProperties() {
        return new String[] {
            "session.tracking.redis-url=" + url(),
            "session.tracking.connect-timeout=5s",
            "session.tracking.command-timeout=2s"
        };
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // Nested classes pass here once more.
        if (depth++ == 0) {
            server = RedisServers.start(args);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        server().start();
        try {
            cli().command("FLUSHALL");
        } catch (RuntimeException e) {
            // The last test left a server that cannot be used, for example with another password.
            server().restartEmpty();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (--depth == 0) {
            server().close();
            server = null;
        }
    }
}
