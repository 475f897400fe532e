package dev.sessiontracking.security.servlet;

/** Ends the processing of a logout that the chain's own entry point has answered already. */
final class AnsweredException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AnsweredException() {
        super("The chain has refused the token that was to be logged out", null, false, false);
    }
}
