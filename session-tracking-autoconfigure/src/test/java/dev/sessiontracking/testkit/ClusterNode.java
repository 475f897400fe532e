// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.util.List;
import java.util.stream.Stream;

/** A line of CLUSTER NODES: id, address, flags, id of the master, slots. */
record ClusterNode(String id, int port, List<String> flags, String masterId, boolean linked, int slots) {

    static ClusterNode parse(String line) {
        String[] words = line.split(" ");
        String address = words[1].substring(0, words[1].indexOf('@'));
        int slots = Stream.of(words)
                .skip(8)
                .filter(range -> !range.startsWith("["))
                .map(range -> range.split("-"))
                .mapToInt(range -> Integer.parseInt(range[range.length - 1]) - Integer.parseInt(range[0]) + 1)
                .sum();
        return new ClusterNode(
                words[0],
                Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)),
                List.of(words[2].split(",")),
                words[3],
                words[7].equals("connected"),
                slots);
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }
}
