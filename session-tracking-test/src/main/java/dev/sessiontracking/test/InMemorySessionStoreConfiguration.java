// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Imported, and not an auto-configuration, so that the store for Redis already finds this one. */
@Configuration(proxyBeanMethods = false)
class InMemorySessionStoreConfiguration {

    @Bean
    @Primary
    InMemorySessionStore inMemorySessionStore() {
        return new InMemorySessionStore();
    }
}
