// SPDX-License-Identifier: Apache-2.0

/**
 * Support for less common applications: authentications that do not contain their token, opaque tokens, contexts stored
 * in an HTTP session, filters of the application. The standard path, {@code oauth2ResourceServer(jwt)}, does not use
 * this package.
 */
@NullMarked
package dev.sessiontracking.security.servlet.unusual;

import org.jspecify.annotations.NullMarked;
