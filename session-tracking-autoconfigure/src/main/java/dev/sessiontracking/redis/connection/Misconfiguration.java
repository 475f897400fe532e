// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Failures that last until the configuration is changed, each with the likely fix. */
enum Misconfiguration {
    NOT_A_CLUSTER(
            "cluster support disabled",
            "this server is not part of a Redis Cluster; use redis:// or" + " rediss:// in {url}"),
    CLUSTER(
            "SELECT is not allowed in cluster mode",
            "this server is part of a Redis Cluster; use redis-cluster:// in {url} and remove the database"
                    + " number"),
    NO_SUCH_DATABASE("DB index", "use a lower database number at the end of {url}, such as /0"),
    NOT_A_SENTINEL(
            "(?:unknown|unsupported) command.{0,3}sentinel",
            "this server is not a Sentinel; use redis:// in {url}, or the addresses of the Sentinels (default"
                    + " port 26379)"),
    NO_SUCH_MASTER(
            "Cannot provide redisAddress using sentinel",
            "the Sentinels do not monitor a master with this name; correct the name after # in {url}"),
    PROTECTED("^DENIED", "set a password in Redis and add it to {url}");

    private static final String UNTRUSTED = "the certificate of the server is not trusted (%s); set"
            + " session.tracking.ssl.bundle to an SSL bundle that contains its certificate authority,"
            + " and use a host name of the certificate in {url}";

    private static final String ALERT = "the server ended the TLS handshake (%s); check the client certificate and the"
            + " protocols of session.tracking.ssl.bundle";

    private final Pattern message;

    private final String fix;

    Misconfiguration(String message, String fix) {
        this.message = Pattern.compile(message, Pattern.CASE_INSENSITIVE);
        this.fix = fix;
    }

    /** The server's error and the likely fix, or {@code null} if the failure may be temporary. */
    static @Nullable String of(Throwable failure) {
        String found = RefusedLogins.fix(failure);
        for (Throwable cause : RedisFailures.causes(failure)) {
            found = found == null ? inWords(cause) : found;
        }
        return found == null ? null : found.replace("{url}", "session.tracking.redis-url");
    }

    private static @Nullable String inWords(Throwable cause) {
        String said = String.valueOf(cause.getMessage());
        if (cause instanceof WrongTransportException) {
            return said;
        }
        if (cause instanceof SSLException && said.contains("fatal alert")) {
            return ALERT.formatted(RedisFailures.quoted(said.replaceAll("[:_]+", " ")));
        }
        if (cause instanceof CertificateException || cause instanceof CertPathBuilderException) {
            return UNTRUSTED.formatted(RedisFailures.quoted(said));
        }
        for (Misconfiguration one : values()) {
            if ((cause instanceof RedisCommandExecutionException || cause instanceof RedisConnectionException)
                    && one.message.matcher(said).find()) {
                return '"' + RedisFailures.quoted(said) + "\": " + one.fix;
            }
        }
        return null;
    }

    /** The server expects TLS but the URL does not use it, or the reverse. */
    static final class WrongTransportException extends RedisConnectionException {

        private static final long serialVersionUID = 1L;

        WrongTransportException(boolean tls, Throwable cause) {
            super(
                    tls
                            ? "the server does not use TLS on this port; use redis instead of rediss in {url}"
                            : "the server expects TLS on this port; use rediss instead of redis in {url}",
                    cause);
        }
    }
}
