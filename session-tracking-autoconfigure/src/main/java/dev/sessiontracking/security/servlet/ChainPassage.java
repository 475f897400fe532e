package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.RequestSessionState;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * One passage of a request through one filter chain: which tokens were given to the chain's own authentication, and what
 * it made of them. A request that is forwarded passes through several chains, one inside the other; what was found out
 * about its sessions is shared by all of them.
 *
 * <p>Bound to the thread from the guard filter on to the last check, and not beyond: an application that decodes a token
 * itself gets a fresh answer. Used by one thread.
 */
final class ChainPassage implements RequestSessionState.Participant {

    private static final String EXCHANGE = ChainPassage.class.getName() + ".EXCHANGE";

    private final ChainAuthentication chain;

    private final RequestSessionState exchange;

    private final List<String> presented = new ArrayList<>(2);

    private int examined;

    private @Nullable Authentication authenticatedByChain;

    private @Nullable Supplier<SecurityContext> storedContext;

    private RequestSessionState.@Nullable Participant before;

    private ChainPassage(ChainAuthentication chain, RequestSessionState exchange) {
        this.chain = chain;
        this.exchange = exchange;
    }

    static ChainPassage of(HttpServletRequest request, ChainAuthentication chain) {
        RequestSessionState exchange = exchange(request);
        if (exchange == null) {
            exchange = new RequestSessionState();
            request.setAttribute(EXCHANGE, exchange);
        }
        return new ChainPassage(chain, exchange);
    }

    static @Nullable ChainPassage current() {
        return RequestSessionState.participant() instanceof ChainPassage passage ? passage : null;
    }

    static @Nullable RequestSessionState exchange(HttpServletRequest request) {
        return request.getAttribute(EXCHANGE) instanceof RequestSessionState exchange ? exchange : null;
    }

    void bind() {
        before = RequestSessionState.bind(this);
    }

    void unbind() {
        RequestSessionState.bind(before);
    }

    /** Takes note of the context that was stored for this request, without loading it. */
    void watch(SecurityContextHolderStrategy strategy) {
        storedContext = strategy.getDeferredContext();
    }

    /** Whether no filter of this chain has replaced the stored context yet. */
    boolean isContextStored(SecurityContextHolderStrategy strategy) {
        return strategy.getDeferredContext() == storedContext;
    }

    /** Whether this authentication is that of the stored context. */
    boolean isStored(Authentication authentication) {
        return storedContext != null && storedContext.get().getAuthentication() == authentication;
    }

    ChainAuthentication chain() {
        return chain;
    }

    @Override
    public RequestSessionState exchange() {
        return exchange;
    }

    void present(String token) {
        presented.add(token);
    }

    /** The tokens that this chain's authentication was given. Whoever gets past it was authenticated by them. */
    List<String> presented() {
        return presented;
    }

    void examinedPresented() {
        examined = presented.size();
    }

    boolean hasUnexamined() {
        return examined < presented.size();
    }

    void authenticatedByChain(@Nullable Authentication authentication) {
        authenticatedByChain = authentication;
    }

    /** What this chain's bearer filter made of the token, if there was one. */
    @Nullable
    Authentication authenticatedByChain() {
        return authenticatedByChain;
    }
}
