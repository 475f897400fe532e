// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisRequest;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.codec.Base16;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A Lua script, run by its hash. If the server does not have the script, the text is sent. All keys of a script are in
 * one slot: those of a session and its state, or those of a user's index and state.
 */
final class RedisScript {

    /** Adds a member with a limited lifetime to an index, by the server's clock. */
    static final RedisScript INDEX = load("index.lua");

    /** Replaces a value if it is still the one that the caller has read. */
    static final RedisScript REPLACE = load("replace.lua");

    /** The time of the server that holds a key. */
    static final RedisScript TIME = load("time.lua");

    /** Removes a value if it is still the one that the caller has written. */
    static final RedisScript REMOVE = load("remove.lua");

    /** Writes a session with the server's time, unless it exists or has ended before. */
    static final RedisScript REGISTER = load("register.lua");

    /** Removes a session and prevents its registration. */
    static final RedisScript END = load("end.lua");

    /** Raises a user's not-before marker. */
    static final RedisScript MARKER = load("marker.lua");

    private final String text;

    private final String sha1;

    private RedisScript(String text) {
        this.text = text;
        this.sha1 = Base16.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Loads them, if this is the first use of this class. */
    static boolean areLoaded() {
        return true;
    }

    CompletionStage<Long> run(RedisRequest commands, String key, String... arguments) {
        return run(commands, new String[] {key}, arguments);
    }

    /** @param keys all in one slot; a missing permission for the second key counts as an answer */
    CompletionStage<Long> run(RedisRequest commands, String[] keys, String... arguments) {
        return run(commands, IntegerOutput::new, keys, arguments);
    }

    /** As {@link #run(RedisRequest, String[], String...)}, for a script that returns numbers and texts. */
    CompletionStage<List<Object>> list(RedisRequest commands, String[] keys, String... arguments) {
        return run(commands, NestedMultiOutput::new, keys, arguments);
    }

    private <T> CompletionStage<T> run(
            RedisRequest commands,
            Function<StringCodec, CommandOutput<String, String, T>> output,
            String[] keys,
            String... arguments) {
        return commands.run(CommandType.EVALSHA, output, sha1, keys, arguments)
                .exceptionallyCompose(failure -> RedisFailures.unwrap(failure) instanceof RedisNoScriptException
                        ? commands.run(CommandType.EVAL, output, text, keys, arguments)
                        : CompletableFuture.failedStage(failure));
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
}
