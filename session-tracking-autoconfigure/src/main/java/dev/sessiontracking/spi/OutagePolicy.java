package dev.sessiontracking.spi;

/** What a token is worth while the store does not answer. */
public enum OutagePolicy {

    /** Tokens are valid until they expire, except those that this node knows to be revoked. Fails open. */
    PLAIN_JWT,

    /** No proof, no entry: requests are answered 503 until the store answers again. Fails closed. */
    REJECT
}
