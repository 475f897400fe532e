// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos.node;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * A resource server that issues its own tokens, written as the README says. All that is not an application's is
 * {@link Disclosure}.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
        excludeName = {
            // On the test class path for other tests; an application that adds the starter does not have them.
            "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
            "org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration",
            "org.springframework.boot.data.redis.autoconfigure.DataRedisRepositoriesAutoConfiguration",
            "org.springframework.boot.data.redis.autoconfigure.health.DataRedisHealthContributorAutoConfiguration",
            "org.springframework.boot.data.redis.autoconfigure.health.DataRedisReactiveHealthContributorAutoConfiguration"
        })
@Import({NodeSecurity.class, Tokens.class, Logins.class, NodeController.class, GrantController.class, Disclosure.class})
public class NodeApplication {

    /** Said on standard output, with the port, when requests can be sent. */
    public static final String LISTENING = "LISTENING ";

    public static void main(String[] args) {
        WebServerApplicationContext context =
                (WebServerApplicationContext) new SpringApplicationBuilder(NodeApplication.class).run(args);
        System.out.println(LISTENING + context.getWebServer().getPort());
    }
}
