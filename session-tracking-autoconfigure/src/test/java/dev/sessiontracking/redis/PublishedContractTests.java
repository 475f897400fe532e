// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.test.SessionStoreContractTests;
import dev.sessiontracking.test.SessionStoreFirstUseContractTests;
import dev.sessiontracking.test.SessionStoreMarkerContractTests;
import dev.sessiontracking.test.SessionStoreRefreshContractTests;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract that authors of other stores extend, everywhere. What only Redis can show is in the other contracts. */
@ParameterizedClass
@EnumSource
class PublishedContractTests extends SessionStoreFixture {

    @Nested
    class Sessions extends SessionStoreContractTests {

        @Override
        protected SessionStore store() {
            return store;
        }

        @Override
        protected SessionStore otherNode() {
            return otherNode;
        }
    }

    @Nested
    class Rotation extends SessionStoreRefreshContractTests {

        @Override
        protected SessionStore store() {
            return store;
        }

        @Override
        protected SessionStore otherNode() {
            return otherNode;
        }
    }

    @Nested
    class FirstUses extends SessionStoreFirstUseContractTests {

        @Override
        protected SessionStore store() {
            return store;
        }

        @Override
        protected SessionStore otherNode() {
            return otherNode;
        }
    }

    @Nested
    class Markers extends SessionStoreMarkerContractTests {

        @Override
        protected SessionStore store() {
            return store;
        }

        @Override
        protected SessionStore otherNode() {
            return otherNode;
        }
    }
}
