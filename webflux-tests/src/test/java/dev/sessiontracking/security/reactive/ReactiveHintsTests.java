// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.security.authentication.ObservationReactiveAuthenticationManager;
import org.springframework.security.web.server.MatcherSecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.ServerAuthenticationEntryPointFailureHandler;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.context.ReactorContextWebFilter;

/** The private fields of Spring Security that are read exist, and a native image keeps them. */
class ReactiveHintsTests {

    static Stream<Arguments> fields() {
        return Stream.of(
                Arguments.of(AuthenticationWebFilter.class, WebFilterKinds.CONVERTER),
                Arguments.of(AuthenticationWebFilter.class, WebFilterKinds.FAILURE_HANDLER),
                Arguments.of(AuthenticationWebFilter.class, WebFilterKinds.MANAGERS),
                Arguments.of(AuthenticationWebFilter.class, WebFilterKinds.REPOSITORY),
                Arguments.of(ReactorContextWebFilter.class, WebFilterKinds.CONTEXTS),
                Arguments.of(ObservationReactiveAuthenticationManager.class, WebFilterKinds.DELEGATE),
                Arguments.of(ServerAuthenticationEntryPointFailureHandler.class, WebFilterKinds.ENTRY_POINT),
                Arguments.of(MatcherSecurityWebFilterChain.class, SessionWebFilterChains.MATCHER),
                Arguments.of(WebFilterChainProxy.class, WebFilterChainInventory.CHAINS),
                Arguments.of(LogoutWebFilter.class, ChainLogout.HANDLER),
                Arguments.of(LogoutWebFilter.class, ChainLogout.SUCCESS_HANDLER));
    }

    @ParameterizedTest
    @MethodSource("fields")
    void fieldExistsAndIsRegistered(Class<?> type, String name) throws NoSuchFieldException {
        RuntimeHints hints = new RuntimeHints();
        new SessionTrackingReactiveSecurityAutoConfiguration.Hints().registerHints(hints, null);

        Field field = type.getDeclaredField(name);

        assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(field)).accepts(hints);
    }
}
