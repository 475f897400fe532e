// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Receives logout tokens on exactly one path, ahead of Spring Security. All other requests pass.
 *
 * @param receiver takes the type and the body of a request, and returns an error, or nothing. It may block
 */
record BackChannelLogoutWebFilter(String path, BinaryOperator<String> receiver) implements WebFilter, Ordered {

    private static final int MAX_BYTES = 16 * 1024;

    /** Of Spring Security's filter. */
    private static final int SECURITY_ORDER = -100;

    /** Identity providers give up after five seconds. */
    private static final Duration LONGEST = Duration.ofSeconds(4);

    private static final String UNAVAILABLE = "{\"error\":\"temporarily_unavailable\"}";

    @Override
    public int getOrder() {
        return SECURITY_ORDER - 1;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        return request.getPath().pathWithinApplication().value().equals(path)
                ? receive(request, exchange.getResponse())
                : chain.filter(exchange);
    }

    private Mono<Void> receive(ServerHttpRequest request, ServerHttpResponse response) {
        response.getHeaders().setCacheControl("no-store");
        if (!HttpMethod.POST.equals(request.getMethod())) {
            response.getHeaders().set(HttpHeaders.ALLOW, "POST");
            response.setStatusCode(HttpStatus.METHOD_NOT_ALLOWED);
            return response.setComplete();
        }
        String type = Objects.requireNonNullElse(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE), "");
        return DataBufferUtils.join(request.getBody(), MAX_BYTES)
                .map(BackChannelLogoutWebFilter::text)
                .timeout(LONGEST)
                .onErrorReturn("")
                .defaultIfEmpty("")
                .flatMap(body -> BlockingCalls.call(() -> receiver.apply(type, body)))
                .onErrorReturn(UNAVAILABLE)
                .flatMap(error -> respond(response, error));
    }

    private static String text(DataBuffer body) {
        String text = body.toString(StandardCharsets.UTF_8);
        DataBufferUtils.release(body);
        return text;
    }

    private static Mono<Void> respond(ServerHttpResponse response, String error) {
        if (error.isEmpty()) {
            return response.setComplete();
        }
        response.setStatusCode(HttpStatus.BAD_REQUEST);
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(error.getBytes(StandardCharsets.UTF_8))));
    }

    /** A constant: WebFlux asks for it in each request. */
    @Override
    public String toString() {
        return "BackChannelLogoutWebFilter";
    }
}
