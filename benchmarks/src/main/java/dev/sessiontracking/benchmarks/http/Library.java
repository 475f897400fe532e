// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import java.util.regex.Pattern;

/**
 * Jars that only some variants run with, so that nobody's auto-configuration is active in an application that does not use
 * it. Whatever belongs to none is on every classpath.
 */
enum Library {
    SPRING_SECURITY("spring-security-.*|spring-boot-(starter-)?security.*|nimbus-jose-jwt.*"),
    LETTUCE("lettuce-.*|netty-(common|handler|resolver|buffer|codec-base|transport|resolver-dns|codec-dns)-\\d.*"
            + "|netty-transport-native-unix-common.*|reactor-core.*|reactive-streams.*|redis-authx-.*"),
    REACTOR_NETTY("reactor-netty.*|netty-(codec-(http|compression|http2|http3|socks|classes-quic|native-quic)"
            + "|transport-(native|classes)-epoll|handler-proxy|resolver-dns-(native|classes)).*"),
    SPRING_DATA_REDIS("spring-data-.*|spring-oxm.*"),
    BOOT_REDIS(
            "spring-boot-(starter-)?data-.*|spring-boot-netty.*|spring-boot-persistence.*|spring-boot-transaction.*"),
    WEBFLUX("spring-webflux-.*|spring-boot-(starter-)?(webflux|reactor).*"),
    SPRING_SESSION("spring-session-.*|spring-boot-(starter-)?session-.*"),
    SESSION_TRACKING("session-tracking-(autoconfigure|starter).*"),
    SA_TOKEN("sa-token-.*"),
    MEASURING("jmh-.*|jopt-simple.*|commons-math3.*|embedded-redis.*|spring-test-.*|micrometer-core.*|HdrHistogram.*"
            + "|LatencyUtils.*");

    private final Pattern names;

    Library(String names) {
        this.names = Pattern.compile(names);
    }

    boolean holds(String jar) {
        return names.matcher(jar).matches();
    }
}
