/** What an application uses: the session service, its records and its exceptions. Knows the JDK only. */
@NullMarked
package dev.sessiontracking;

import org.jspecify.annotations.NullMarked;
