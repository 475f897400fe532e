/** What an application can implement or plug in: a session store, listeners, observers. No type here knows a technology. */
@NullMarked
package dev.sessiontracking.spi;

import org.jspecify.annotations.NullMarked;
