// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

/** What tokens are worth during an outage. */
public enum OutagePolicy {

    /** Fails open: tokens are accepted until they expire, except those on this node's denylist. */
    PLAIN_JWT,

    /** Fails closed: requests with a session token get 503 until the store answers again. */
    REJECT
}
