/** Checks the sessions that JWTs name: the validator of decoders, and what every kind of filter chain shares. */
@NullMarked
package dev.sessiontracking.security;

import org.jspecify.annotations.NullMarked;
