// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Asks a server on a plain socket. After a failed handshake, this shows whether the server uses TLS: with the wrong
 * transport, a server only stops answering or resets the connection, which could also be an outage. Sends no credentials.
 */
final class TransportProbe {

    private TransportProbe() {}

    /** Whether the server certainly uses the other transport: plain text if TLS is configured, or the reverse. */
    static boolean isOther(RedisAddress address, boolean tls, Duration timeout) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), (int) timeout.toMillis());
            socket.setSoTimeout((int) timeout.toMillis());
            return tls ? answersInPlainText(socket) : answersTls(socket, address);
        } catch (IOException silent) {
            return false;
        }
    }

    /** Whether a server answers. A server with TLS answers with an alert, or closes the connection. */
    static boolean answers(RedisAddress address, Duration timeout) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), (int) timeout.toMillis());
            socket.setSoTimeout((int) timeout.toMillis());
            ping(socket);
            return true;
        } catch (IOException silent) {
            return false;
        }
    }

    private static boolean answersInPlainText(Socket socket) throws IOException {
        int first = ping(socket);
        return first == '+' || first == '-';
    }

    private static int ping(Socket socket) throws IOException {
        socket.getOutputStream().write("*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket.getInputStream().read();
    }

    /** An untrusted certificate also shows that the server uses TLS. */
    private static boolean answersTls(Socket socket, RedisAddress address) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        try (SSLSocket secured = (SSLSocket) factory.createSocket(socket, address.host(), address.port(), true)) {
            secured.startHandshake();
            return true;
        } catch (SSLException failure) {
            return Misconfiguration.of(failure) != null;
        }
    }
}
