package dev.sessiontracking.redis;

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
 * A script over one key, run by its hash; a server that does not know it is sent the text. One key only, because the
 * two keys of a session lie in different slots of a cluster.
 */
final class RedisScript {

    /** Adds a member that lives for a time to an index, by the server's clock. */
    static final RedisScript INDEX = load("index.lua");

    /** Replaces a value, but only if it is still what the caller has read. */
    static final RedisScript REPLACE = load("replace.lua");

    /** Removes a value, but only if it is still what the caller has written. */
    static final RedisScript REMOVE = load("remove.lua");

    private final String text;

    private final String sha1;

    private RedisScript(String text) {
        this.text = text;
        this.sha1 = sha1(text);
    }

    CompletionStage<Long> run(RedisRequest commands, String key, String... arguments) {
        CompletionStage<Long> byHash = commands.evalsha(sha1, key, arguments);
        return byHash.handle((result, failure) -> isUnknown(failure) ? commands.eval(text, key, arguments) : byHash)
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
