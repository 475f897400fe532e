/** Enforces sessions in servlet filter chains, logs out bearer clients, and reports which chains are protected. */
@NullMarked
package dev.sessiontracking.security.servlet;

import org.jspecify.annotations.NullMarked;
