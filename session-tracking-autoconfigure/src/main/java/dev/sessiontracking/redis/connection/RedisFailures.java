package dev.sessiontracking.redis.connection;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.StoreRefusedException;
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
import org.jspecify.annotations.Nullable;

/** Says in words why there was no answer. A reply that is an error is no answer either. */
public final class RedisFailures {

    /** Errors of one command, one key or of writes: the server may well answer the next question. */
    private static final Set<String> OF_ONE_COMMAND = Set.of(
            "OOM", "MISCONF", "NOREPLICAS", "READONLY", "WRONGTYPE", "NOPERM", "NOSCRIPT", "MOVED", "ASK", "CROSSSLOT");

    /** How older servers wrap an error of a command within a script. */
    private static final String IN_A_SCRIPT = "ERR Error running script";

    /** How newer servers say so. */
    private static final String OF_A_SCRIPT = "@user_script";

    static final String NO_WORD = "of another kind";

    private static final Pattern HELLO_REFUSED = Pattern.compile(
            "(?i)^(?!NOAUTH|WRONGPASS|NOPERM).*\\b(?:hello|(?:unknown|unsupported|invalid) (?:command|request))");

    /** Up to the first character that may begin an argument: a key, a session id or an address. */
    private static final Pattern BEGINNING = Pattern.compile("[A-Za-z][A-Za-z ()-]{0,100}");

    public static final String LOGIN_REFUSED =
            "authentication failed, check the user and the password in session.tracking.redis-url";

    static final String SENTINEL_LOGIN_REFUSED = "the sentinels rejected the login, check"
            + " session.tracking.sentinel.username and session.tracking.sentinel.password";

    /** How Lettuce begins to say that it could not ask a sentinel, or any of them, where the master is. */
    private static final Set<String> OF_A_SENTINEL =
            Set.of("Cannot connect Redis Sentinel at ", "Cannot connect to a Redis Sentinel");

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

    /** Whether the server has answered, be it that it found something of another type. */
    static boolean isAnswer(@Nullable Throwable failure) {
        return failure == null || isWrongType(failure);
    }

    public static boolean isWrongType(Throwable failure) {
        return unwrap(failure) instanceof RedisCommandExecutionException error
                && String.valueOf(error.getMessage()).startsWith("WRONGTYPE");
    }

    /**
     * Whether this says that the server answers nobody for now, as every error does that is not known to concern one
     * command: a managed server whose quota is used up says no more than ERR. An error that concerns writes only (OOM,
     * MISCONF, NOREPLICAS) is no outage: whoever can fill the memory must not be able to switch the checks off.
     */
    static boolean isOutage(Throwable failure) {
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

    /** Whether there was no reply, not even an error: the command may or may not have been carried out. */
    static boolean isNoAnswer(Throwable failure) {
        Throwable cause = unwrap(failure);
        return !(cause instanceof RedisCommandExecutionException)
                && (cause instanceof RedisException || cause instanceof IOException || isTimeout(cause));
    }

    /** Whether there was no connection for the command. */
    static boolean isNotSent(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof RedisConnectionException
                || String.valueOf(cause.getMessage()).startsWith("Currently not connected");
    }

    static boolean isTimeout(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof RedisCommandTimeoutException || cause instanceof TimeoutException;
    }

    /** Whether another master serves this key: MOVED, or ASK while the key is on its way. */
    public static boolean isRedirection(Throwable failure) {
        return isMoved(failure) || startsWith(failure, "ASK ");
    }

    /** Whether another master serves this key, and others like it, for good. */
    public static boolean isMoved(Throwable failure) {
        return startsWith(failure, "MOVED ");
    }

    private static boolean startsWith(Throwable failure, String beginning) {
        return unwrap(failure) instanceof RedisCommandExecutionException error
                && String.valueOf(error.getMessage()).startsWith(beginning);
    }

    /** Whether our user lacks a permission. */
    public static boolean isMissingRight(Throwable failure) {
        return startsWith(failure, "NOPERM");
    }

    /** The beginning of what a server or a certificate check said, without anything that it may have quoted. */
    static String quoted(String message) {
        Matcher beginning = BEGINNING.matcher(message);
        return beginning.lookingAt() ? beginning.group().strip() : "";
    }

    /** Whether a server does not take the first command of the current protocol, but may work with the older one. */
    static boolean isHelloRefused(Throwable failure) {
        return causes(failure).stream()
                .filter(RedisCommandExecutionException.class::isInstance)
                .map(cause -> String.valueOf(cause.getMessage()))
                .anyMatch(message -> !message.startsWith("NOPERM")
                        && (isLoginRefused(message)
                                || HELLO_REFUSED.matcher(message).find()));
    }

    /** Whether a connection ended in a way that is usual when only one of the two sides uses TLS. */
    static boolean mayBeWrongTransport(Throwable failure) {
        return causes(failure).stream()
                .noneMatch(cause -> cause instanceof RedisCommandExecutionException
                        || cause instanceof ConnectException
                        || cause instanceof ConnectTimeoutException
                        || cause instanceof UnknownHostException);
    }

    /** What somebody must change before the server can be used, or {@code null} when the failure may pass by itself. */
    static @Nullable String misconfiguration(Throwable failure) {
        String refused = loginRefused(failure);
        return refused != null ? refused : Misconfiguration.of(causes(failure));
    }

    /** Whether the server does not accept our user or password. */
    static boolean isLoginRefused(Throwable failure) {
        return loginRefused(failure) != null;
    }

    /** What to do about a user or password that is not accepted, or {@code null} when the failure is another one. */
    static @Nullable String loginRefused(Throwable failure) {
        boolean sentinel = false;
        for (Throwable cause : causes(failure)) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof RedisCommandExecutionException && isLoginRefused(message)) {
                return sentinel ? SENTINEL_LOGIN_REFUSED : LOGIN_REFUSED;
            }
            sentinel |= OF_A_SENTINEL.stream().anyMatch(message::startsWith);
        }
        return null;
    }

    /**
     * The failure and all that led to it, the most direct first. Who asks several servers in turn, for the nodes of a
     * cluster or as a sentinel, keeps what each of them said among the suppressed ones.
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

    private static boolean isLoginRefused(String message) {
        String word = firstWord(message);
        return word.equals("WRONGPASS")
                || word.equals("NOAUTH")
                || (message.contains("AUTH") && !HELLO_REFUSED.matcher(message).find());
    }

    /** Whether the server is one that takes no writes. */
    static boolean isReadOnly(Throwable failure) {
        return unwrap(failure) instanceof RedisReadOnlyException
                || unwrap(failure).getCause() instanceof RedisReadOnlyException;
    }

    /** Whether the server will never do this on this connection: it may not, or it cannot. */
    public static boolean isRefusal(Throwable failure) {
        if (!(unwrap(failure) instanceof RedisCommandExecutionException error)) {
            return false;
        }
        String message = String.valueOf(error.getMessage());
        return message.startsWith("NOPERM") || message.startsWith("ERR");
    }

    /** Whether nothing was heard in time, for which the server may be too slow, or this process; nobody has refused. */
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

    /** A reason without addresses or credentials: an error reply's own first word, or the kind of failure. */
    public static String inWords(Throwable failure) {
        String misconfigured = misconfiguration(failure);
        if (misconfigured != null) {
            return misconfigured;
        }
        for (Throwable cause : causes(failure)) {
            // Lettuce calls any answer of a sentinel that names no master a timeout, too.
            if (isTimeout(cause) && cause.getSuppressed().length == 0) {
                return "timeout";
            }
            if (cause instanceof RedisCommandExecutionException) {
                return "error reply " + errorReply(String.valueOf(cause.getMessage()));
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

    /** An error that the server has no word for is only told by its text: a used-up quota, too many clients. */
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
