// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Turns a {@link SessionTrackingSetupException} into the two sentences a person needs. */
class SessionTrackingSetupFailureAnalyzer extends AbstractFailureAnalyzer<SessionTrackingSetupException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SessionTrackingSetupException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.action(), cause);
    }
}
