// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import jakarta.servlet.http.HttpServletRequest;

/** How a variant begins a session. Nobody's password is checked: what is measured is what comes after. */
interface Login {

    /**
     * Begins a session.
     *
     * @return the header line, name and value, that identifies the client from then on
     */
    String begin(String user, HttpServletRequest request);
}
