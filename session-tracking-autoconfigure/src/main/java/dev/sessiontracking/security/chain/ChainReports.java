// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.core.TrackingState.FilterChains.Chain;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Words for the filter chains of an application. */
public final class ChainReports {

    private static final Logger log = LoggerFactory.getLogger(ChainReports.class);

    private static final int MAX_SHOWN = 200;

    /** What an object without a description of its own is called. */
    private static final Pattern CLASS_NAME = Pattern.compile("\\.[\\w$]+(?:/0x[0-9a-f]+)?@[0-9a-f]{1,8}\\b");

    private ChainReports() {}

    /**
     * Logs what is not checked in a chain, and what to do.
     *
     * @param checkable what is checked if it is a bean
     * @param report the call by which a filter of the application reports a token
     */
    public static void log(Chain chain, String checkable, String report) {
        if (chain.open()) {
            log.warn(
                    "The filter chain {} ({}) accepts tokens without checking their sessions. Revoked tokens"
                            + " are accepted. Declare the chain as a bean{}.",
                    chain.name(),
                    chain.requests(),
                    checkable);
        } else if (chain.tokens().equals("custom") || chain.tokens().equals("opaque")) {
            log.info(
                    "The filter chain {} ({}) authenticates tokens in its own way. A JWT is checked if the"
                            + " Authentication contains the Jwt. With opaqueToken(), a JWT is checked if its issuer is"
                            + " in session.tracking.jwt.issuers. Opaque tokens, API keys and other credentials are not"
                            + " checked.",
                    chain.name(),
                    chain.requests());
        }
        if (chain.checked() && !chain.unverifiable().isEmpty()) {
            log.info(
                    "The filter chain {} ({}) has filters of the application: {}. Session tracking cannot see"
                            + " whether one of them authenticates tokens. If one does, call"
                            + " {} in it, or set an Authentication whose"
                            + " principal, credentials or details are the Jwt.",
                    chain.name(),
                    chain.requests(),
                    String.join(", ", chain.unverifiable()),
                    report);
        }
    }

    /** The name of a filter. */
    public static String name(Class<?> type) {
        return type.isHidden() || type.getSimpleName().isEmpty()
                ? "a lambda or an anonymous class"
                : type.getSimpleName();
    }

    /** The requests of a chain, as its matcher describes them. */
    public static String requests(String matcher) {
        if (CLASS_NAME.matcher(matcher).find()) {
            return "requests chosen by code";
        }
        return matcher.length() > MAX_SHOWN ? matcher.substring(0, MAX_SHOWN) + "..." : matcher;
    }
}
