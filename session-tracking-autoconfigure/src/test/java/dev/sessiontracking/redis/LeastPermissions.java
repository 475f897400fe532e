// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.testkit.RedisCli;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The permissions that docs/running-redis.md lists, for a user of a test's server. */
final class LeastPermissions {

    static final String LOGIN = "tracker:sekret";

    private static final Pattern LIST = Pattern.compile("```text\n(~session:[^`]*)```");

    private static final Pattern FOR_CLUSTER = Pattern.compile("```text\n(\\+cluster[^`]*)```");

    /** What is asked for and not needed; setinfo from Redis 7.2 on. */
    static final List<String> OPTIONAL = List.of("info", "client|setname", "client|setinfo");

    private LeastPermissions() {}

    /** Arguments for a server; what the contract does with a prefix is allowed as well. */
    static String[] serverArgs() {
        return args(List.of());
    }

    static String[] clusterArgs() {
        return args(List.of(found(FOR_CLUSTER).split("\\s+")));
    }

    private static String[] args(List<String> more) {
        return Stream.of(
                        Stream.of("--user", "tracker", "on", ">sekret"),
                        Stream.of(found(LIST).split("\\s+")),
                        Stream.of(
                                "~shop:session:*",
                                "~shop:user_sessions:*",
                                "~shop:session_state:*",
                                "~shop:user_state:*",
                                "~shop:session_revocations"),
                        more.stream())
                .flatMap(words -> words)
                .toArray(String[]::new);
    }

    /** What a server has refused: commands, and keys. */
    static List<String> refusedBy(RedisCli server) {
        return ((List<?>) Objects.requireNonNull(server.command("ACL", "LOG")))
                .stream()
                        .map(entry -> (List<?>) entry)
                        .map(fields -> String.valueOf(fields.get(fields.indexOf("object") + 1)))
                        .distinct()
                        // Redis 6 logs no subcommands. The client's name is refused there, too.
                        .filter(command -> !command.equals("client") || !isRedis6(server))
                        .toList();
    }

    private static boolean isRedis6(RedisCli server) {
        return String.valueOf(server.command("INFO", "server")).contains("redis_version:6.");
    }

    private static String found(Pattern pattern) {
        try {
            Matcher list = pattern.matcher(Files.readString(Path.of("..", "docs", "running-redis.md")));
            if (!list.find()) {
                throw new AssertionError("docs/running-redis.md has no list of permissions");
            }
            return list.group(1).strip();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
