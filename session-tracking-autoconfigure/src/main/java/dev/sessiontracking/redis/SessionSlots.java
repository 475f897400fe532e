package dev.sessiontracking.redis;

import io.lettuce.core.cluster.SlotHash;

/**
 * The slot of a session's key, found on the way of every check: without making the key, and without allocating
 * anything, for ids as this library makes them.
 */
final class SessionSlots {

    private static final int[] CRC16 = table();

    private static final int ASCII_END = 0x80;

    private final RedisKeys keys;

    private final boolean isPlain;

    private final int prefixCrc;

    SessionSlots(RedisKeys keys) {
        this.keys = keys;
        String prefix = keys.session("");
        this.isPlain = prefix.indexOf('{') < 0;
        int crc = 0;
        for (int i = 0; i < prefix.length(); i++) {
            crc = next(crc, prefix.charAt(i));
        }
        this.prefixCrc = crc;
    }

    int slotOf(String sessionId) {
        int crc = prefixCrc;
        for (int i = 0; i < sessionId.length(); i++) {
            char c = sessionId.charAt(i);
            if (c >= ASCII_END || c == '{') {
                return ClusterMasters.slot(keys.session(sessionId));
            }
            crc = next(crc, c);
        }
        return isPlain ? crc % SlotHash.SLOT_COUNT : ClusterMasters.slot(keys.session(sessionId));
    }

    private static int next(int crc, int octet) {
        return ((crc << 8) ^ CRC16[((crc >>> 8) ^ octet) & 0xff]) & 0xffff;
    }

    /** CRC-16/XMODEM, which the cluster specification prescribes. */
    private static int[] table() {
        int[] table = new int[256];
        for (int octet = 0; octet < table.length; octet++) {
            int crc = octet << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : (crc << 1) ^ 0x1021;
            }
            table[octet] = crc & 0xffff;
        }
        return table;
    }
}
