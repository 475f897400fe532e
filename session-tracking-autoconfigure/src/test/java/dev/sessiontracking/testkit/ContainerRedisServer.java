// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import com.github.dockerjava.api.DockerClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A container with its port bound to a fixed port of this machine, so that a restart keeps it. Files of this machine that
 * the arguments name are copied into the container, to the same path.
 */
final class ContainerRedisServer extends RedisServer {

    private static final int STOP_TIMEOUT_SECONDS = 15;

    private final DockerImageName image;
    private @Nullable GenericContainer<?> container;

    ContainerRedisServer(DockerImageName image, int port, List<String> args) {
        super(port, args);
        this.image = image;
    }

    @Override
    public boolean isRunning() {
        GenericContainer<?> current = container;
        return current != null && current.getContainerId() != null && current.isRunning();
    }

    @Override
    public String output() {
        return container == null || container.getContainerId() == null ? "" : container.getLogs();
    }

    @Override
    void launch() {
        if (container != null) {
            docker().startContainerCmd(container.getContainerId()).exec();
            return;
        }
        List<String> command = new ArrayList<>(List.of(
                "redis-server", "--protected-mode", "no", "--save", "", "--appendonly", "no", "--dir", "/data"));
        List<String> bindings = new ArrayList<>(List.of(host() + ":" + port() + ":6379"));
        Integer tlsPort = optionalTlsPort();
        if (tlsPort != null) {
            command.addAll(List.of("--tls-port", "6380"));
            bindings.add(host() + ":" + tlsPort + ":6380");
        }
        command.addAll(args());
        GenericContainer<?> created = new GenericContainer<>(image)
                .withCommand(command.toArray(String[]::new))
                .withStartupCheckStrategy(new NoCheck())
                .waitingFor(new NoWait());
        created.setPortBindings(bindings);
        for (String arg : args()) {
            if (arg.startsWith("/") && Files.exists(Path.of(arg))) {
                created.withCopyFileToContainer(MountableFile.forHostPath(arg, 0644), arg);
            }
        }
        container = created;
        created.start();
    }

    @Override
    void terminate() {
        docker().stopContainerCmd(current().getContainerId())
                .withTimeout(STOP_TIMEOUT_SECONDS)
                .exec();
    }

    @Override
    void killNow() {
        docker().killContainerCmd(current().getContainerId()).exec();
    }

    @Override
    void pause() {
        docker().pauseContainerCmd(current().getContainerId()).exec();
    }

    @Override
    void unpause() {
        docker().unpauseContainerCmd(current().getContainerId()).exec();
    }

    @Override
    void wipe() {
        remove();
    }

    @Override
    public void backUp() {
        throw new UnsupportedOperationException("A container has its own file system");
    }

    @Override
    void replaceByBackup() {
        throw new UnsupportedOperationException("A container has its own file system");
    }

    @Override
    void remove() {
        if (container != null) {
            container.stop();
            container = null;
        }
    }

    private GenericContainer<?> current() {
        if (container == null) {
            throw new IllegalStateException("The Redis server on port " + port() + " was never started");
        }
        return container;
    }

    private DockerClient docker() {
        return current().getDockerClient();
    }

    /** Whether the server runs is found out by waiting for its answer, while its output can still be read. */
    private static final class NoCheck extends StartupCheckStrategy {

        @Override
        public StartupStatus checkStartupState(DockerClient client, String containerId) {
            return StartupStatus.SUCCESSFUL;
        }
    }

    private static final class NoWait extends AbstractWaitStrategy {

        @Override
        protected void waitUntilReady() {}
    }
}
