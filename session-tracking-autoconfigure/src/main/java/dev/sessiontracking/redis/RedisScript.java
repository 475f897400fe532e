package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisRequest;
import io.lettuce.core.RedisNoScriptException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A script, run by its hash; a server that does not know it is sent the text. All its keys lie in one slot, as a session
 * and its state do, or a user's index and state; those of a session and of its user do not.
 */
final class RedisScript {

    /** Adds a member that lives for a time to an index, by the server's clock. */
    static final RedisScript INDEX = load("index.lua");

    /** Replaces a value, but only if it is still what the caller has read. */
    static final RedisScript REPLACE = load("replace.lua");

    /** The time of the server that holds a key. */
    static final RedisScript TIME = load("time.lua");

    /** Removes a value, but only if it is still what the caller has written. */
    static final RedisScript REMOVE = load("remove.lua");

    /** Writes a session, stamped by the server's clock, unless it exists or has ended before. */
    static final RedisScript REGISTER = load("register.lua");

    /** Removes a session and keeps it from being registered. */
    static final RedisScript END = load("end.lua");

    /** Raises a user's not-before marker. */
    static final RedisScript MARKER = load("marker.lua");

    private final String text;

    private final String sha1;

    private RedisScript(String text) {
        this.text = text;
        this.sha1 = sha1(text);
    }

    CompletionStage<Long> run(RedisRequest commands, String key, String... arguments) {
        return run(commands, new String[] {key}, arguments);
    }

    /** @param keys all in one slot; a missing right to the second is an answer */
    CompletionStage<Long> run(RedisRequest commands, String[] keys, String... arguments) {
        CompletionStage<Long> byHash = commands.evalsha(sha1, keys, arguments);
        return byHash.handle((result, failure) -> isUnknown(failure) ? commands.eval(text, keys, arguments) : byHash)
                .thenCompose(Function.identity());
    }

    private static boolean isUnknown(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisNoScriptException;
    }

    private static RedisScript load(String name) {
        try (InputStream in = RedisScript.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The script " + name + " is missing from the jar");
            }
            return new RedisScript(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Redis names scripts by their SHA-1. */
    private static String sha1(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-1", impossible);
        }
    }
}
