// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Counts the complete commands or replies in a stream of bytes, whatever pieces it arrives in. Pushes of RESP3 are not
 * replies and not counted. Bytes of another protocol, such as TLS, end the count. Thread-safe.
 */
final class RespFrames {

    private final StringBuilder line = new StringBuilder();
    private final Deque<Long> missing = new ArrayDeque<>();
    private long bulkBytes;
    private boolean push;
    private long complete;
    private boolean otherProtocol;

    synchronized void feed(byte[] bytes) {
        if (otherProtocol) {
            return;
        }
        try {
            count(bytes);
        } catch (NumberFormatException e) {
            otherProtocol = true;
        }
    }

    private void count(byte[] bytes) {
        int i = 0;
        while (i < bytes.length) {
            if (bulkBytes > 0) {
                int taken = (int) Math.min(bulkBytes, bytes.length - i);
                bulkBytes -= taken;
                i += taken;
                if (bulkBytes == 0) {
                    valueEnds();
                }
            } else {
                char next = (char) (bytes[i++] & 0xff);
                if (next == '\n') {
                    lineEnds();
                } else if (next != '\r') {
                    line.append(next);
                }
            }
        }
    }

    synchronized long complete() {
        return complete;
    }

    /** Whether nothing has begun that is not complete. */
    synchronized boolean atBoundary() {
        return missing.isEmpty() && line.isEmpty() && bulkBytes == 0 && !otherProtocol;
    }

    private void lineEnds() {
        char type = line.isEmpty() ? '+' : line.charAt(0);
        String rest = line.isEmpty() ? "" : line.substring(1);
        line.setLength(0);
        if (missing.isEmpty()) {
            push = type == '>';
        }
        switch (type) {
            case '$', '=', '!' -> bulkBegins(Long.parseLong(rest));
            case '*', '~', '>' -> aggregateBegins(Long.parseLong(rest));
            case '%' -> aggregateBegins(2 * Long.parseLong(rest));
            default -> valueEnds();
        }
    }

    private void bulkBegins(long length) {
        if (length < 0) {
            valueEnds();
        } else {
            bulkBytes = length + 2;
        }
    }

    private void aggregateBegins(long size) {
        if (size <= 0) {
            valueEnds();
        } else {
            missing.push(size);
        }
    }

    private void valueEnds() {
        while (!missing.isEmpty()) {
            long left = missing.pop() - 1;
            if (left > 0) {
                missing.push(left);
                return;
            }
        }
        if (!push) {
            complete++;
        }
    }
}
