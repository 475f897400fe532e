/** Judges the sessions that JWTs name: the decoder's validator, and what every kind of filter chain shares. */
@NullMarked
package dev.sessiontracking.security;

import org.jspecify.annotations.NullMarked;
