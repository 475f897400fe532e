// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.autoconfigure.MetadataProperties.Ip;
import dev.sessiontracking.autoconfigure.MetadataProperties.UserAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataPropertiesTests {

    private static final SessionMetadata METADATA = SessionMetadata.of("203.0.113.77", "Firefox");

    private static SessionMetadata truncated(String ip) {
        return new MetadataProperties(Ip.TRUNCATE, UserAgent.KEEP).apply(SessionMetadata.of(ip, null));
    }

    @Test
    void keepKeepsEverything() {
        assertThat(new MetadataProperties(Ip.KEEP, UserAgent.KEEP).apply(METADATA))
                .isSameAs(METADATA);
    }

    @Test
    void dropDropsEverything() {
        assertThat(new MetadataProperties(Ip.DROP, UserAgent.DROP).apply(METADATA))
                .isEqualTo(SessionMetadata.none());
    }

    @Test
    void addressAndUserAgentAreIndependent() {
        assertThat(new MetadataProperties(Ip.DROP, UserAgent.KEEP).apply(METADATA))
                .isEqualTo(SessionMetadata.of(null, "Firefox"));
        assertThat(new MetadataProperties(Ip.KEEP, UserAgent.DROP).apply(METADATA))
                .isEqualTo(SessionMetadata.of("203.0.113.77", null));
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.77, 203.0.113.0",
        "255.255.255.255, 255.255.255.0",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::",
        "2001:DB8::1, 2001:db8:0:0::",
        "::1, 0:0:0:0::",
        "fe80::1%eth0, fe80:0:0:0::",
        "::ffff:203.0.113.77, 203.0.113.0",
    })
    void networkOfAnAddressIsKept(String address, String network) {
        assertThat(truncated(address).ip()).isEqualTo(network);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown",
                "localhost",
                "cafe",
                "12345",
                "1.2.3",
                "1.2.3.256",
                ":::",
                "1::2::3",
                "[::1]",
                "%1",
                "a:b"
            })
    void whatIsNoAddressIsDropped(String value) {
        assertThat(truncated(value).ip()).isNull();
    }

    @Test
    void missingAddressStaysMissing() {
        assertThat(truncated(null)).isEqualTo(SessionMetadata.none());
    }
}
