// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.TestIssuer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;

/** The ways in which applications accept JWTs. */
enum Shape {
    BOOT_PUBLIC_KEY(
            ShapeConfigurations.Nothing.class,
            Map.of(
                    "spring.security.oauth2.resourceserver.jwt.public-key-location",
                    "file:" + TestIssuer.get().publicKeyFile())),
    BOOT_JWK_SET(
            ShapeConfigurations.Nothing.class,
            Map.of(
                    "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                    TestIssuer.get().jwkSetUri())),
    BOOT_ISSUER(
            ShapeConfigurations.Nothing.class,
            Map.of(
                    "spring.security.oauth2.resourceserver.jwt.issuer-uri",
                    TestIssuer.get().uri())),
    USER_DECODER(ShapeConfigurations.UserDecoder.class),
    NIMBUS_DECODER_INJECTED_BY_CLASS(ShapeConfigurations.NimbusByClass.class),
    TWO_DECODERS(ShapeConfigurations.TwoDecoders.class),
    INLINE_DECODER(ShapeConfigurations.InlineDecoder.class),
    DECORATED_DECODER(ShapeConfigurations.DecoratedDecoder.class),
    CUSTOM_MANAGER(ShapeConfigurations.CustomManager.class),
    CHAIN_WIDE_MANAGER(ShapeConfigurations.ChainWideManager.class),
    MULTI_ISSUER(ShapeConfigurations.MultiIssuer.class),
    HIDING_CONVERTER(ShapeConfigurations.HidingConverter.class),
    HIDING_FILTER_AFTERWARDS(FilterShapes.HidingFilterAfterwards.class),
    ACCESS_TOKEN_CONVERTER(ShapeConfigurations.AccessTokenConverter.class),
    JWT_AS_DETAILS(ShapeConfigurations.JwtAsDetails.class),
    COOKIE(ShapeConfigurations.Cookie.class) {
        @Override
        void authenticate(HttpRequest.Builder request, String method, URI target, String token) {
            request.header("Cookie", "token=" + token);
        }
    },
    FORM_LOGIN_BESIDE(ShapeConfigurations.FormLoginBeside.class),
    DPOP(ShapeConfigurations.DPoP.class) {
        @Override
        String token(String sessionId) {
            return TestIssuer.get().dpopBoundToken(sessionId);
        }

        @Override
        void authenticate(HttpRequest.Builder request, String method, URI target, String token) {
            request.header("Authorization", "DPoP " + token)
                    .header("DPoP", TestIssuer.get().dpopProof(method, target, token));
        }

        @Override
        String scheme() {
            return "DPoP";
        }
    },
    HAND_WRITTEN_FILTER(FilterShapes.HandWrittenFilter.class),
    HAND_WRITTEN_FILTER_THAT_MUTATES_THE_CONTEXT(FilterShapes.MutatingFilter.class),
    ANSWERING_FILTER_BEHIND_THE_TOKEN_FILTER(FilterShapes.AnsweringFilterBehind.class),
    HAND_WRITTEN_FILTER_THAT_CATCHES_EVERYTHING(FilterShapes.Catching.class),
    EXCEPTION_FILTER_IN_FRONT(FilterShapes.ExceptionFilterInFront.class),
    DECRYPTING_DECODER(InterferingShapes.DecryptingDecoder.class) {
        @Override
        String token(String sessionId) {
            return InterferingShapes.encrypted(super.token(sessionId));
        }
    },
    MOCKED_DECODER(InterferingShapes.MockedDecoder.class),
    CONFIGURED_BY_A_CUSTOMIZER(InterferingShapes.ConfiguredByCustomizer.class),
    CONFIGURED_BY_A_DSL(InterferingShapes.ConfiguredByDsl.class),
    API_KEY_BESIDE_BY_PROVIDER(InterferingShapes.ApiKeyByProvider.class),
    API_KEY_BESIDE_BY_RESOLVER(InterferingShapes.ApiKeyByResolver.class),
    COOKIE_AS_HEADER(RewiredShapes.CookieAsHeader.class) {
        @Override
        void authenticate(HttpRequest.Builder request, String method, URI target, String token) {
            COOKIE.authenticate(request, method, target, token);
        }
    },
    BEARER_FILTER_BEFORE_LOGOUT(RewiredShapes.BearerFilterBeforeLogout.class),
    BEARER_FILTER_IN_FRONT_OF_ALL_OTHERS(RewiredShapes.BearerFilterInFrontOfAllOthers.class),
    CHAIN_ON_ANOTHER_THREAD(RewiredShapes.ChainOnAnotherThread.class),
    DECODER_FOR_EACH_CHAIN(RewiredShapes.DecoderForEachChain.class),
    HAND_WRITTEN_TOKENS(HandWrittenTokens.Told.class) {
        @Override
        String token(String sessionId) {
            return HandWrittenTokens.token(sessionId);
        }
    };

    private final Class<?> configuration;

    private final Map<String, String> properties;

    Shape(Class<?> configuration) {
        this(configuration, Map.of());
    }

    Shape(Class<?> configuration, Map<String, String> properties) {
        this.configuration = configuration;
        this.properties = properties;
    }

    TestServer start() {
        return TestServer.start(properties, configuration);
    }

    String token(String sessionId) {
        return TestIssuer.get().token(sessionId);
    }

    void authenticate(HttpRequest.Builder request, String method, URI target, String token) {
        request.header("Authorization", "Bearer " + token);
    }

    /** The scheme of a challenge. */
    String scheme() {
        return "Bearer";
    }
}
