// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One keep-alive connection over loopback, one request at a time. Does no more than measuring needs. */
final class HttpConnection implements AutoCloseable {

    static final String USER_AGENT =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    private static final int PATIENCE_MILLIS = 30_000;

    private static final byte[] CONTENT_LENGTH = "\ncontent-length:".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket = new Socket();

    private final InputStream in;

    private final OutputStream out;

    private final byte[] buffer = new byte[16 * 1024];

    private int length;

    private int bodyBegins;

    HttpConnection(int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** A request without a body. */
    static byte[] request(String method, String target, String headerLine) {
        return (method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: " + USER_AGENT + "\r\n"
                        + headerLine + "\r\nContent-Length: 0\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Sends a request and takes in the whole response; its status. */
    int exchange(byte[] request) throws IOException {
        out.write(request);
        length = 0;
        do {
            receive();
            bodyBegins = headerEnd();
        } while (bodyBegins < 0);
        int end = bodyBegins + contentLength();
        while (length < end) {
            receive();
        }
        return 100 * (buffer[9] - '0') + 10 * (buffer[10] - '0') + buffer[11] - '0';
    }

    /** The body of the last response. */
    String body() {
        return new String(buffer, bodyBegins, length - bodyBegins, StandardCharsets.UTF_8);
    }

    private void receive() throws IOException {
        if (length == buffer.length) {
            throw new IOException("The response is too long");
        }
        int received = in.read(buffer, length, buffer.length - length);
        if (received < 0) {
            throw new EOFException("The application closed the connection");
        }
        length += received;
    }

    private int headerEnd() {
        for (int i = 3; i < length; i++) {
            if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private int contentLength() throws IOException {
        for (int i = 0; i < bodyBegins - CONTENT_LENGTH.length; i++) {
            if (buffer[i] == '\n' && isContentLength(i)) {
                int value = 0;
                for (int j = i + CONTENT_LENGTH.length; buffer[j] != '\r'; j++) {
                    if (buffer[j] != ' ') {
                        value = 10 * value + buffer[j] - '0';
                    }
                }
                return value;
            }
        }
        throw new IOException(
                "The response does not tell its length: " + new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
    }

    private boolean isContentLength(int begin) {
        for (int i = 1; i < CONTENT_LENGTH.length; i++) {
            if ((buffer[begin + i] | 0x20) != (CONTENT_LENGTH[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
