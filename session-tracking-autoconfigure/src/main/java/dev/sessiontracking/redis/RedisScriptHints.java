// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Adds the scripts to a native image, because they are read as resources of the class path. */
final class RedisScriptHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern("dev/sessiontracking/redis/*.lua");
    }
}
