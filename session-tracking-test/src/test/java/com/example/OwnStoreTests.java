// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.test.InMemorySessionStore;
import dev.sessiontracking.test.SessionStoreContractTests;

class OwnStoreTests extends SessionStoreContractTests {

    private final SessionStore store = new InMemorySessionStore(); // instead of it, a store of yours

    @Override
    protected SessionStore store() {
        return store;
    }
}
