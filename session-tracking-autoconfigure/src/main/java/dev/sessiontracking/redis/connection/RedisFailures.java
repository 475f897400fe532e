// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.SessionStore.StoreRefusedException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisReadOnlyException;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Classifies failures of commands and describes them in words. An error reply counts as a failure too. */
public final class RedisFailures {

    /** Errors that concern one command, one key, or writes. The server may answer the next command. */
    private static final Set<String> OF_ONE_COMMAND = Set.of(
            "OOM", "MISCONF", "NOREPLICAS", "READONLY", "WRONGTYPE", "NOPERM", "NOSCRIPT", "MOVED", "ASK", "CROSSSLOT");

    /** How older servers wrap an error of a command within a script. */
    private static final String IN_A_SCRIPT = "ERR Error running script";

    /** The same in newer servers. */
    private static final String OF_A_SCRIPT = "@user_script";

    static final String NO_WORD = "of another kind";

    /** Up to the first character that may begin an argument: a key, a session id or an address. */
    private static final Pattern BEGINNING = Pattern.compile("[A-Za-z][A-Za-z ()-]{0,100}");

    public static final String LOGIN_REFUSED =
            "authentication failed, check the user and the password in session.tracking.redis-url";

    private static final int MOST_CAUSES = 100;

    private RedisFailures() {}

    /** The same stage, failing with {@link SessionStoreUnavailableException} only. */
    public static <T> CompletionStage<T> translated(CompletionStage<T> stage) {
        return stage.handle((value, failure) -> {
            if (failure == null) {
                return value;
            }
            throw unavailable(failure);
        });
    }

    public static SessionStoreUnavailableException unavailable(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (MissingPermissions.isDenied(cause)) {
            return new StoreRefusedException(MissingPermissions.describe(cause), cause);
        }
        return cause instanceof SessionStoreUnavailableException already
                ? already
                : new SessionStoreUnavailableException("Redis did not answer: " + inWords(cause), cause);
    }

    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Whether the value is of another type. This is an answer. */
    public static boolean isWrongType(Throwable failure) {
        return startsWith(failure, "WRONGTYPE");
    }

    /**
     * Whether this failure is an outage. Every error that is not known to concern one command is an outage, because a
     * managed server with an exhausted quota replies only ERR. An error that concerns only writes (OOM, MISCONF,
     * NOREPLICAS) is no outage: a client that can fill the memory must not be able to disable the checks.
     */
    public static boolean isOutage(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof SessionStoreUnavailableException translated && translated.getCause() != null) {
            cause = translated.getCause();
        }
        if (cause instanceof RedisCommandExecutionException error) {
            String message = String.valueOf(error.getMessage());
            return !OF_ONE_COMMAND.contains(firstWord(message))
                    && !MissingPermissions.isDenied(cause)
                    && !message.startsWith(IN_A_SCRIPT)
                    && !message.contains(OF_A_SCRIPT);
        }
        return isNoAnswer(cause);
    }

    /** Whether there was no reply, not even an error. The server may or may not have executed the command. */
    static boolean isNoAnswer(Throwable failure) {
        Throwable cause = unwrap(failure);
        boolean isReply = cause instanceof RedisCommandExecutionException && !isNotSent(cause);
        return !isReply && (cause instanceof RedisException || cause instanceof IOException || isTimeout(cause));
    }

    /** Whether there was no connection for the command. On a cluster, Lettuce reports this like an error reply. */
    static boolean isNotSent(Throwable failure) {
        Throwable cause = unwrap(failure);
        String message = String.valueOf(cause.getMessage());
        return cause instanceof RedisConnectionException
                || message.startsWith("Currently not connected")
                || message.startsWith(RedisConnectionException.class.getName());
    }

    static boolean isTimeout(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof RedisCommandTimeoutException || cause instanceof TimeoutException;
    }

    /** Whether another master serves this key: MOVED, or ASK during a migration. */
    public static boolean isRedirection(Throwable failure) {
        return isMoved(failure) || startsWith(failure, "ASK ");
    }

    /** Whether another master serves the slot of this key permanently. */
    public static boolean isMoved(Throwable failure) {
        return startsWith(failure, "MOVED ");
    }

    private static boolean startsWith(Throwable failure, String beginning) {
        return unwrap(failure) instanceof RedisCommandExecutionException error
                && String.valueOf(error.getMessage()).startsWith(beginning);
    }

    /** Whether the server has answered with an error. */
    static boolean isErrorReply(Throwable failure) {
        return unwrap(failure) instanceof RedisCommandExecutionException;
    }

    /** Whether our user lacks a permission. */
    public static boolean isMissingRight(Throwable failure) {
        return startsWith(failure, "NOPERM");
    }

    /** The beginning of a message of a server or a certificate check, without any quoted input. */
    static String quoted(String message) {
        Matcher beginning = BEGINNING.matcher(message);
        return beginning.lookingAt() ? beginning.group().strip() : "";
    }

    /** Whether a connection ended in a way that is usual when only one of the two sides uses TLS. */
    static boolean mayBeWrongTransport(Throwable failure) {
        return causes(failure).stream()
                .noneMatch(cause -> cause instanceof RedisCommandExecutionException
                        || cause instanceof ConnectException
                        || cause instanceof ConnectTimeoutException
                        || cause instanceof UnknownHostException);
    }

    /**
     * The failure with its causes and suppressed exceptions, the most direct first. If several nodes or sentinels were
     * asked in turn, the suppressed exceptions contain their replies.
     */
    static Collection<Throwable> causes(Throwable failure) {
        Set<Throwable> causes = new LinkedHashSet<>();
        Deque<Throwable> next = new ArrayDeque<>(List.of(unwrap(failure)));
        while (!next.isEmpty() && causes.size() < MOST_CAUSES) {
            for (Throwable cause = next.poll(); cause != null && causes.add(cause); cause = cause.getCause()) {
                next.addAll(List.of(cause.getSuppressed()));
            }
        }
        return causes;
    }

    /** Whether the server is read-only. */
    static boolean isReadOnly(Throwable failure) {
        return unwrap(failure) instanceof RedisReadOnlyException
                || unwrap(failure).getCause() instanceof RedisReadOnlyException;
    }

    /**
     * Whether the server rejects this command on this connection permanently: a missing permission or an unknown
     * command.
     */
    public static boolean isRefusal(Throwable failure) {
        return startsWith(failure, "NOPERM") || startsWith(failure, "ERR");
    }

    /** Whether this is a timeout and not a rejection. The server or this process may be too slow. */
    static boolean isSilence(Throwable failure) {
        for (Throwable cause = unwrap(failure); cause != null; cause = cause.getCause()) {
            if (cause instanceof RedisCommandTimeoutException || cause instanceof ConnectTimeoutException) {
                return true;
            }
            if (cause instanceof RedisCommandExecutionException
                    || cause instanceof ConnectException
                    || cause instanceof UnknownHostException
                    || cause instanceof SSLException) {
                return false;
            }
        }
        return unwrap(failure) instanceof RedisConnectionException;
    }

    /** A reason without addresses or credentials: the first word of an error reply, or the kind of failure. */
    public static String inWords(Throwable failure) {
        String misconfigured = Misconfiguration.of(failure);
        if (misconfigured != null) {
            return misconfigured;
        }
        for (Throwable cause : causes(failure)) {
            // Lettuce reports every reply of a sentinel without a master as a timeout, too.
            if (isTimeout(cause) && cause.getSuppressed().length == 0) {
                return "timeout";
            }
            if (cause instanceof RedisCommandExecutionException) {
                return isNotSent(cause)
                        ? "no connection"
                        : "error reply " + errorReply(String.valueOf(cause.getMessage()));
            }
            if (cause instanceof ConnectTimeoutException) {
                return "connect timeout";
            }
            if (cause instanceof ConnectException) {
                return "connection refused";
            }
            if (cause instanceof UnknownHostException) {
                return "unknown host";
            }
            if (cause instanceof SSLException) {
                return "TLS handshake failed";
            }
        }
        return unwrap(failure) instanceof RedisConnectionException ? "no connection" : "not connected";
    }

    /** An ERR reply can be identified only by its text, for example an exhausted quota or too many clients. */
    private static String errorReply(String message) {
        String word = firstWord(message);
        return word.equals("ERR") ? '"' + quoted(message) + '"' : word;
    }

    static String firstWord(String message) {
        int end = 0;
        while (end < message.length() && end < 20 && Character.isUpperCase(message.charAt(end))) {
            end++;
        }
        return end == 0 ? NO_WORD : message.substring(0, end);
    }
}
