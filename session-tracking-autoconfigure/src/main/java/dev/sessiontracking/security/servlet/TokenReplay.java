package dev.sessiontracking.security.servlet;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Authenticates the token of a request before its turn: the logout filter comes before the filters that authenticate
 * tokens. They are the chain's own, with its resolver, manager and entry point; only nothing follows them. Where none of
 * Spring Security's does, the application's own filters are tried.
 */
final class TokenReplay {

    private final SessionEnforcer enforcer;

    private final SecurityContextHolderStrategy strategy;

    TokenReplay(SessionEnforcer enforcer, SecurityContextHolderStrategy strategy) {
        this.enforcer = enforcer;
        this.strategy = strategy;
    }

    /**
     * Finds the tokens that authenticate this request. Nothing is found when it has none, or none that is a JWT.
     *
     * @throws AnsweredException when the chain refused the token and has answered the request
     */
    TokenFinder.Found replay(ChainPassage passage, HttpServletRequest request, HttpServletResponse response) {
        Result result = new Result();
        passage.exchange().setEndingSession(true);
        try {
            replay(
                    passage.chain().tokenFilters(),
                    request,
                    response,
                    () -> result.found =
                            enforcer.findToEnd(passage, strategy.getContext().getAuthentication(), request));
        } catch (BearerTokenRecorder.OpaqueTokenException opaque) {
            return new TokenFinder.Found(List.of(), false);
        } catch (AuthenticationException refused) {
            // Of a filter that leaves the answer to the exception translation filter, which comes after the logout.
            throw new RefusedTokenException();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (ServletException failed) {
            throw new IllegalStateException("The token to be logged out could not be authenticated", failed);
        } finally {
            passage.exchange().setEndingSession(false);
        }
        if (result.found == null) {
            throw new AnsweredException();
        }
        return result.found;
    }

    /** One inside the other, as in the chain. */
    private static void replay(
            List<Filter> filters, HttpServletRequest request, HttpServletResponse response, Runnable passed)
            throws IOException, ServletException {
        if (filters.isEmpty()) {
            passed.run();
            return;
        }
        FilterChain next = (rq, rs) ->
                replay(filters.subList(1, filters.size()), (HttpServletRequest) rq, (HttpServletResponse) rs, passed);
        filters.get(0).doFilter(request, response, next);
    }

    private static final class Result {
        private TokenFinder.@Nullable Found found;
    }
}
