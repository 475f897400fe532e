// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Redis protocol, as much of it as tests need: commands are written as RESP2, replies are read as RESP2 or RESP3. */
final class Resp {

    private Resp() {}

    static byte[] command(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ascii("*" + words.length + "\r\n"));
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(ascii("$" + bytes.length + "\r\n"));
            out.writeBytes(bytes);
            out.writeBytes(ascii("\r\n"));
        }
        return out.toByteArray();
    }

    /**
     * Reads one reply: a {@code String}, {@code Long}, {@code List} or null. A map is a list of keys and values in turn;
     * an error is returned as a {@link RedisErrorException}, since it may stand inside a list.
     */
    static @Nullable Object read(InputStream in) throws IOException {
        String line = readLine(in);
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ',', '(', '#' -> rest;
            case '-' -> new RedisErrorException(rest);
            case ':' -> Long.valueOf(rest);
            case '_' -> null;
            case '$', '=' -> readBulk(in, Integer.parseInt(rest));
            case '!' -> new RedisErrorException(String.valueOf(readBulk(in, Integer.parseInt(rest))));
            case '*', '~', '>' -> readList(in, Integer.parseInt(rest));
            case '%' -> readList(in, 2 * Integer.parseInt(rest));
            default -> throw new IOException("Not a Redis reply: " + line);
        };
    }

    private static @Nullable String readBulk(InputStream in, int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.readNBytes(2).length < 2) {
            throw new EOFException("The server closed the connection within a reply");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static @Nullable List<@Nullable Object> readList(InputStream in, int size) throws IOException {
        if (size < 0) {
            return null;
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(read(in));
        }
        return list;
    }

    private static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("The server closed the connection");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        if (line.size() == 0) {
            throw new IOException("Not a Redis reply: an empty line");
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
