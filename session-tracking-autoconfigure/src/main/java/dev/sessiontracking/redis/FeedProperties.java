// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The revocation feed.
 *
 * @param enabled Whether revocations are announced to all nodes, so that a node enforces them during an outage although it
 *     never saw the session. An idle node sends no command. Needs the near cache.
 */
@ConfigurationProperties("session.tracking.feed")
record FeedProperties(@DefaultValue("true") boolean enabled) {}
