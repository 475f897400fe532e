// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** The least work for each password: these tests log in a thousand times. {@link TwoNodeTests} has the sample's own. */
@TestConfiguration(proxyBeanMethods = false)
class CheapPasswords {

    @Bean
    @Primary
    PasswordEncoder cheapPasswordEncoder() {
        return new BCryptPasswordEncoder(4);
    }
}
