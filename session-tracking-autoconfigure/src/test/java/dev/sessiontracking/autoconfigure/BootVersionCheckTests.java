// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.core.io.support.SpringFactoriesLoader;

class BootVersionCheckTests {

    @ParameterizedTest
    @ValueSource(strings = {"4.0.0", "4.0.7", "4.0.0-RC1", "3.5.9", "3.5.0-SNAPSHOT", "2.7.18", "1.5.22.RELEASE"})
    void olderVersionIsNamedInAClearMessage(String version) {
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> BootVersionCheck.requireSupported(version))
                .withMessage("Session tracking needs Spring Boot 4.1 or newer; this is " + version + ".")
                .satisfies(failure -> assertThat(failure.action()).startsWith("Upgrade to Spring Boot 4.1 or newer"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"4.1.0", "4.1.2", "4.1.0-RC1", "4.10.0", "5.0.0-SNAPSHOT", "40.0.1", "", "unknown"})
    void otherVersionsStart(String version) {
        assertThatCode(() -> BootVersionCheck.requireSupported(version)).doesNotThrowAnyException();
    }

    @Test
    void runsInEveryApplication() {
        assertThat(SpringFactoriesLoader.loadFactories(ApplicationContextInitializer.class, null))
                .hasAtLeastOneElementOfType(BootVersionCheck.class);
    }
}
