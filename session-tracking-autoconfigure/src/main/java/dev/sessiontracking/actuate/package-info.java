// SPDX-License-Identifier: Apache-2.0

/** What operators see and do: health, endpoint, audit. The only place that knows Actuator. */
@NullMarked
package dev.sessiontracking.actuate;

import org.jspecify.annotations.NullMarked;
