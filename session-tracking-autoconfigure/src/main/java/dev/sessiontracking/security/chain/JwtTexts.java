// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.security.RequestSessionState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Collects the texts of a request that look like a JWT. Looks at a bounded number of texts. Not thread-safe. */
public final class JwtTexts {

    private static final String JWT_START = "eyJ";

    /** More headers than Tomcat accepts by default, so that a client cannot hide a token behind others. */
    private static final int MAX_TEXTS = 256;

    private static final int MAX_LENGTH = 8192;

    private final List<String> found = new ArrayList<>(2);

    private int headers;

    private int cookies;

    /**
     * Records what the authentication of a chain is about to verify: a token, other credentials, or a JWT in a type of the
     * application.
     */
    public static void present(Authentication presented, RequestSessionState state) {
        JwtTexts texts = new JwtTexts();
        if (presented instanceof BearerTokenAuthenticationToken bearer) {
            texts.found.add(bearer.getToken());
        } else {
            texts.add(presented.getCredentials() instanceof String text ? text : null);
            texts.add(presented.getPrincipal() instanceof String text ? text : null);
            // An encrypted one counts as an API key: nobody can read its claims here.
            texts.found.removeIf(text -> TokenText.claims(text) == null);
        }
        texts.found.forEach(state::present);
        if (texts.found.isEmpty()) {
            state.presentOtherCredentials();
        }
    }

    /** The texts that look like a JWT. */
    public List<String> found() {
        return found;
    }

    /** Looks behind the scheme of a header value, if there is one. */
    public void addHeader(String value) {
        if (++headers <= MAX_TEXTS) {
            add(value.substring(value.lastIndexOf(' ') + 1));
        }
    }

    /** Looks at the value of a cookie. */
    public void addCookie(@Nullable String value) {
        if (++cookies <= MAX_TEXTS) {
            add(value);
        }
    }

    /** Looks at all parameters of a query. */
    public void addQuery(@Nullable String query) {
        if (query != null) {
            for (String parameter : query.split("&", MAX_TEXTS)) {
                add(parameter);
            }
        }
    }

    /** Looks at a text. */
    public void add(@Nullable String text) {
        if (text == null || text.length() > MAX_LENGTH) {
            return;
        }
        int start = text.indexOf(JWT_START);
        if (start >= 0 && TokenText.parse(text.substring(start)) != null) {
            found.add(text.substring(start));
        }
    }
}
