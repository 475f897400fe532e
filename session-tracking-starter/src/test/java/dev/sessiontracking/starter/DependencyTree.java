// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.starter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which jars come with which, as Maven wrote it, omitted duplicates included. */
final class DependencyTree {

    private static final Pattern LINE =
            Pattern.compile("([| +\\\\-]*)\\(?([\\w.-]+:[\\w.-]+):jar:(?:[\\w-]+:)?([\\w.-]+)(?::(\\w+))?.*");

    private final Map<String, Set<String>> needs = new LinkedHashMap<>();

    private final Map<String, String> fileNames = new LinkedHashMap<>();

    private final Map<String, String> scopes = new LinkedHashMap<>();

    private final String root;

    DependencyTree(Path file) throws IOException {
        Deque<String> path = new ArrayDeque<>();
        String first = "";
        for (String line : Files.readAllLines(file)) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalStateException("Not a line of a dependency tree: " + line);
            }
            int depth = matcher.group(1).length() / 3;
            String artifact = matcher.group(2);
            while (path.size() > depth) {
                path.pop();
            }
            if (path.isEmpty()) {
                first = artifact;
            } else {
                needs.computeIfAbsent(path.element(), any -> new LinkedHashSet<>())
                        .add(artifact);
                fileNames.put(
                        artifact, artifact.substring(artifact.indexOf(':') + 1) + "-" + matcher.group(3) + ".jar");
                scopes.merge(
                        artifact, String.valueOf(matcher.group(4)), (one, other) -> one.equals("test") ? other : one);
            }
            path.push(artifact);
        }
        this.root = first;
    }

    /** What an application gets with the project; not what only the project's tests need. */
    Set<String> ofProject() {
        Set<String> direct = new LinkedHashSet<>(needs.get(root));
        direct.removeIf(artifact -> "test".equals(scopes.get(artifact)));
        return with(direct);
    }

    /** These, and all that comes with them. */
    Set<String> with(Collection<String> artifacts) {
        Set<String> found = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(artifacts);
        while (!open.isEmpty()) {
            String artifact = open.pop();
            if (found.add(artifact)) {
                open.addAll(needs.getOrDefault(artifact, Set.of()));
            }
        }
        return found;
    }

    String fileName(String artifact) {
        return fileNames.get(artifact);
    }
}
