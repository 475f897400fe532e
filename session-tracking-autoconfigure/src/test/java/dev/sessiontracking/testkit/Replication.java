// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.util.ArrayList;
import java.util.List;

/** What servers that replicate each other have in common. */
final class Replication {

    private Replication() {}

    /** A password that clients need is one that replicas need, too. */
    static String[] withMasterPassword(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        int password = all.lastIndexOf("--requirepass");
        if (password >= 0 && !all.contains("--masterauth")) {
            all.addAll(List.of("--masterauth", all.get(password + 1)));
        }
        return all.toArray(String[]::new);
    }
}
