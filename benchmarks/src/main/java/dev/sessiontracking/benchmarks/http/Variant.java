// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import static dev.sessiontracking.benchmarks.http.Library.BOOT_REDIS;
import static dev.sessiontracking.benchmarks.http.Library.LETTUCE;
import static dev.sessiontracking.benchmarks.http.Library.REACTOR_NETTY;
import static dev.sessiontracking.benchmarks.http.Library.SESSION_TRACKING;
import static dev.sessiontracking.benchmarks.http.Library.SPRING_DATA_REDIS;
import static dev.sessiontracking.benchmarks.http.Library.SPRING_SECURITY;
import static dev.sessiontracking.benchmarks.http.Library.WEBFLUX;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The applications that are compared. */
@SuppressWarnings("ImmutableEnumChecker") // its sets and lists are copies that nobody can change
enum Variant {
    NO_SECURITY("no security at all", "NoSecurityApplication", Set.of()),
    PLAIN_JWT("**plain JWT HS256**", "PlainJwtApplication", Set.of(SPRING_SECURITY), "benchmarks.algorithm=HS256"),
    PLAIN_JWT_AGAIN(
            "plain JWT HS256, once more", "PlainJwtApplication", Set.of(SPRING_SECURITY), "benchmarks.algorithm=HS256"),
    /** What the client of Redis alone costs at the start. */
    PLAIN_JWT_WITH_LETTUCE(
            "plain JWT HS256, with Lettuce on the classpath",
            "PlainJwtApplication",
            Set.of(SPRING_SECURITY, LETTUCE),
            "benchmarks.algorithm=HS256"),
    PLAIN_JWT_RS256("plain JWT RS256", "PlainJwtApplication", Set.of(SPRING_SECURITY), "benchmarks.algorithm=RS256"),
    NEAR_CACHE(
            "**session tracking** (HS256)",
            "SessionTrackingApplication",
            Set.of(SPRING_SECURITY, LETTUCE, SESSION_TRACKING),
            "benchmarks.algorithm=HS256"),
    WITHOUT_CACHE(
            "session tracking without near cache (HS256)",
            "SessionTrackingApplication",
            Set.of(SPRING_SECURITY, LETTUCE, SESSION_TRACKING),
            "benchmarks.algorithm=HS256",
            "session.tracking.near-cache.enabled=false"),
    HAS_KEY(
            "hand-written `StringRedisTemplate.hasKey` (HS256)",
            "HasKeyApplication",
            Set.of(SPRING_SECURITY, LETTUCE, SPRING_DATA_REDIS, BOOT_REDIS),
            "benchmarks.algorithm=HS256"),
    SPRING_SESSION(
            "Spring Session Redis, default (cookie, no JWT)",
            "SpringSessionApplication",
            Set.of(SPRING_SECURITY, LETTUCE, SPRING_DATA_REDIS, BOOT_REDIS, Library.SPRING_SESSION)),
    SA_TOKEN(
            "Sa-Token (no JWT, no Spring Security)",
            "SaTokenApplication",
            Set.of(LETTUCE, SPRING_DATA_REDIS, BOOT_REDIS, Library.SA_TOKEN),
            "sa-token.is-print=false",
            "sa-token.is-share=false"),
    WEBFLUX_PLAIN_JWT(
            "**WebFlux, plain JWT HS256**",
            "WebFluxPlainJwtApplication",
            Set.of(SPRING_SECURITY, LETTUCE, REACTOR_NETTY, WEBFLUX),
            Variant.REACTIVE),
    WEBFLUX_PLAIN_JWT_AGAIN(
            "WebFlux, plain JWT HS256, once more",
            "WebFluxPlainJwtApplication",
            Set.of(SPRING_SECURITY, LETTUCE, REACTOR_NETTY, WEBFLUX),
            Variant.REACTIVE),
    WEBFLUX_NEAR_CACHE(
            "**WebFlux, session tracking** (HS256)",
            "WebFluxSessionTrackingApplication",
            Set.of(SPRING_SECURITY, LETTUCE, REACTOR_NETTY, WEBFLUX, SESSION_TRACKING),
            Variant.REACTIVE);

    private static final String REACTIVE = "spring.main.web-application-type=reactive";

    private static final String PACKAGE = "dev.sessiontracking.benchmarks.app.";

    private final String title;

    private final String application;

    private final Set<Library> libraries;

    private final List<String> properties;

    Variant(String title, String application, Set<Library> libraries, String... properties) {
        this.title = title;
        this.application = PACKAGE + application;
        this.libraries = libraries;
        this.properties = List.of(properties);
    }

    /** Those of the quick mode. */
    static List<Variant> quick() {
        return servlet().stream().filter(variant -> variant != SA_TOKEN).toList();
    }

    /** Those with servlets, compared with {@link #PLAIN_JWT}. */
    static List<Variant> servlet() {
        return Stream.of(values())
                .filter(variant ->
                        variant != PLAIN_JWT_WITH_LETTUCE && !webFlux().contains(variant))
                .toList();
    }

    /** Those with WebFlux, compared with the first of them. */
    static List<Variant> webFlux() {
        return List.of(WEBFLUX_PLAIN_JWT, WEBFLUX_PLAIN_JWT_AGAIN, WEBFLUX_NEAR_CACHE);
    }

    String title() {
        return title;
    }

    String application() {
        return application;
    }

    Set<Library> libraries() {
        return libraries;
    }

    List<String> properties() {
        return properties;
    }

    boolean usesRedis() {
        return libraries.contains(LETTUCE);
    }
}
