// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.documentation;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles what the documentation shows, with what a test has on its class path. */
public final class CodeBlocks {

    private static final Pattern TYPE =
            Pattern.compile("(?m)^(?:public |final |abstract )*(?:class|record|interface|enum) (\\w+)");

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** Shared, because it reads the jars of the class path once. */
    private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    private CodeBlocks() {}

    /** What the compiler says; empty when the block compiles. */
    public static synchronized String compile(String block, Path folder) {
        Matcher type = TYPE.matcher(block);
        if (!type.find()) {
            return "No type is declared: a reader cannot paste this";
        }
        StringWriter output = new StringWriter();
        try {
            Path source = Files.createDirectories(folder).resolve(type.group(1) + ".java");
            Files.writeString(source, block);
            FILES.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
            List<String> options = List.of("-proc:none", "-Xlint:all,-classfile,-processing", "-Werror");
            COMPILER.getTask(output, FILES, null, options, null, FILES.getJavaFileObjects(source))
                    .call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return output.toString();
    }
}
