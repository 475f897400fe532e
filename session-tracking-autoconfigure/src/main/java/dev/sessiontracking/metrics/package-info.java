/** Meters of session tracking: the only place that knows Micrometer. */
@NullMarked
package dev.sessiontracking.metrics;

import org.jspecify.annotations.NullMarked;
