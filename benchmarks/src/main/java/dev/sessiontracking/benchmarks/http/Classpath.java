// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The classpath of this process, and what of it a variant is to run with. */
final class Classpath {

    private static final Path CLASSES_OF_A_MODULE = Path.of("target", "classes");

    private final List<Path> entries;

    private Classpath(List<Path> entries) {
        this.entries = entries;
    }

    /** Of this process. */
    static Classpath current() {
        return new Classpath(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList());
    }

    /**
     * Without the libraries that are not among these. What a variant adds to a plain resource server stands last, as in an
     * application whose pom.xml names it last: each class is looked for in all jars before its own.
     */
    String with(Set<Library> libraries) {
        return entries.stream()
                .filter(entry -> Arrays.stream(Library.values())
                        .allMatch(library -> libraries.contains(library) || !library.holds(name(entry))))
                .sorted(Comparator.comparingInt(Classpath::place))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static int place(Path entry) {
        if (Library.SPRING_SECURITY.holds(name(entry))) {
            return 1;
        }
        return Arrays.stream(Library.values()).anyMatch(library -> library.holds(name(entry))) ? 2 : 0;
    }

    /** Names and versions of the jars that begin so, for the record. */
    String versions(String... prefixes) {
        return Arrays.stream(prefixes)
                .flatMap(
                        prefix -> entries.stream().map(Classpath::name).filter(name -> name.matches(prefix + "-\\d.*")))
                .map(name -> name.replace(".jar", "").replace(".RELEASE", ""))
                .collect(Collectors.joining(", "));
    }

    /** The jar's, or that of the module whose classes these are. */
    private static String name(Path entry) {
        Path path = entry.toAbsolutePath();
        int last = path.getNameCount() - 1;
        return path.getName(path.endsWith(CLASSES_OF_A_MODULE) ? last - 2 : last)
                .toString();
    }
}
