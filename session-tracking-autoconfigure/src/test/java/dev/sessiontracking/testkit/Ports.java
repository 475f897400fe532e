// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports on loopback, below those that the system hands to outgoing connections: while a server is down, a client
 * that keeps trying its port could otherwise be given this very port as its own, and connect to itself. Each of the JVMs
 * that run tests at the same time has ports of its own: a server that is down must find its port free when it is back.
 */
public final class Ports {

    private static final int PORTS = 2_500;
    private static final int JVMS = 4;
    private static final int FIRST = 10_000 + (Integer.getInteger("session.tracking.test.fork", 1) - 1) % JVMS * PORTS;
    private static final int END = FIRST + PORTS;

    /** A cluster node also listens there. */
    static final int CLUSTER_BUS_OFFSET = 10_000;

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port) && isFree(port + CLUSTER_BUS_OFFSET) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("No free port between " + FIRST + " and " + END);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
