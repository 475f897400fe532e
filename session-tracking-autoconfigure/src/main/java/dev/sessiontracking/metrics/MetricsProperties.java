// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The meters.
 *
 * @param enabled Whether meters are registered if there is a meter registry.
 */
@ConfigurationProperties("session.tracking.metrics")
record MetricsProperties(@DefaultValue("true") boolean enabled) {}
