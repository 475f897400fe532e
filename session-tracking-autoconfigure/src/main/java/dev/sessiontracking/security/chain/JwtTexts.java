// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the texts of a request that look like a JWT. Looks at a bounded number of texts. Not thread-safe. */
public final class JwtTexts {

    private static final String JWT_START = "eyJ";

    private static final int MAX_TEXTS = 64;

    private static final int MAX_LENGTH = 8192;

    private final List<String> found = new ArrayList<>(2);

    private int headers;

    private int cookies;

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
