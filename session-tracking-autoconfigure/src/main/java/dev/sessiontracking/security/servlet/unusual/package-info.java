/**
 * What less usual applications need: authentications that hide their token, opaque tokens, contexts stored in an HTTP
 * session, filters that the application writes itself. The standard path, {@code oauth2ResourceServer(jwt)}, does not
 * pass through here.
 */
@NullMarked
package dev.sessiontracking.security.servlet.unusual;

import org.jspecify.annotations.NullMarked;
