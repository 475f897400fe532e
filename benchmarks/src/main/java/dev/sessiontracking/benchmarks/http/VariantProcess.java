// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.process.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A variant in a JVM of its own. All of them get the same flags and the same settings of Tomcat. */
final class VariantProcess implements AutoCloseable {

    static final List<String> JVM_FLAGS = List.of("-Xms256m", "-Xmx256m", "-XX:+UseG1GC");

    static final List<String> SETTINGS = List.of(
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--server.tomcat.threads.max=32",
            "--server.tomcat.threads.min-spare=16",
            "--server.tomcat.max-keep-alive-requests=-1",
            "--spring.main.banner-mode=off",
            "--logging.level.root=warn");

    private static final String LISTENING = "LISTENING ";

    private final ChildProcess process;

    private final BufferedReader output;

    private final int port;

    private VariantProcess(ChildProcess process) throws IOException {
        this.process = process;
        this.output =
                new BufferedReader(new InputStreamReader(process.process().getInputStream(), StandardCharsets.UTF_8));
        this.port = awaitPort();
    }

    /**
     * Starts it and waits until it serves requests.
     *
     * @param redisUrl the server to use, if it uses one
     */
    static VariantProcess start(Variant variant, Classpath classpath, @Nullable String redisUrl) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(List.of("-cp", classpath.with(variant.libraries()), variant.application()));
        command.addAll(SETTINGS);
        variant.properties().forEach(property -> command.add("--" + property));
        if (redisUrl != null) {
            command.add("--session.tracking.redis-url=" + redisUrl);
            // A machine that is busy measuring must not be taken for an outage, in which nothing would be checked.
            command.add("--session.tracking.connect-timeout=10s");
            command.add("--session.tracking.command-timeout=5s");
            command.add("--session.tracking.outage-policy=reject");
            command.add("--spring.data.redis.url=" + redisUrl);
        }
        ChildProcess process = ChildProcess.start(new ProcessBuilder(command).redirectErrorStream(true));
        try {
            return new VariantProcess(process);
        } catch (IOException e) {
            process.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            process.close();
            throw new IllegalStateException(variant + " did not start", e);
        }
    }

    private int awaitPort() throws IOException {
        List<String> said = new ArrayList<>();
        String line;
        while ((line = output.readLine()) != null) {
            if (line.startsWith(LISTENING)) {
                Thread printer = new Thread(this::print, "output-of-variant");
                printer.setDaemon(true);
                printer.start();
                return Integer.parseInt(line.substring(LISTENING.length()));
            }
            said.add(line);
        }
        throw new IllegalStateException(String.join("\n", said));
    }

    /** What it has to say is of interest: at this level these are warnings. */
    private void print() {
        try {
            output.lines().forEach(System.err::println);
        } catch (UncheckedIOException ended) {
            // There is nothing more to print.
        }
    }

    int port() {
        return port;
    }

    /** The processor time used so far, in steps of the system's clock tick: on Linux 10 ms. */
    Duration cpu() {
        return process.cpu();
    }

    @Override
    public void close() {
        process.close();
    }
}
