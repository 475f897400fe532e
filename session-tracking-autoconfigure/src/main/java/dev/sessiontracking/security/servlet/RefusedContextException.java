package dev.sessiontracking.security.servlet;

/**
 * A token is refused right before authorization. Not an authentication exception on purpose:
 * the exception translation filter would save the request in an HTTP session and redirect to a login page.
 */
final class RefusedContextException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RefusedContextException() {
        super("The session of the token in the security context has ended", null, false, false);
    }
}
