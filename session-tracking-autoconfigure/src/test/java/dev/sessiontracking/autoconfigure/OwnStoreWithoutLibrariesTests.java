// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.SessionChange;
import dev.sessiontracking.spi.SessionStore;
import java.io.File;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** An application with a store of its own may leave out everything that the starter adds for Redis. */
class OwnStoreWithoutLibrariesTests {

    private static final List<String> LEFT_OUT =
            List.of("/io/lettuce/", "/io/netty/", "/io/projectreactor/", "/com/github/ben-manes/", "/tools/jackson/");

    /** With a class loader that really lacks the jars: linking shows what conditions cannot. */
    @Test
    void applicationStarts() throws Exception {
        URL[] classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> LEFT_OUT.stream().noneMatch(entry.replace(File.separatorChar, '/')::contains))
                .map(OwnStoreWithoutLibrariesTests::url)
                .toArray(URL[]::new);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(loader);
            Object started = loader.loadClass(Application.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            assertThat(((Callable<?>) started).call()).isEqualTo(true);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL url(String entry) {
        try {
            return new File(entry).toURI().toURL();
        } catch (MalformedURLException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Says whether a login is tracked. */
    public static final class Application implements Callable<Boolean> {

        @Override
        public Boolean call() {
            try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
                context.registerBean(SessionStore.class, Application::store);
                context.register(RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class);
                context.refresh();
                return context.getBean(SessionService.class)
                        .createSession("alice", SessionMetadata.none())
                        .tracked();
            }
        }

        /** Takes every login. */
        private static SessionStore store() {
            return (SessionStore) Proxy.newProxyInstance(
                    SessionStore.class.getClassLoader(),
                    new Class<?>[] {SessionStore.class},
                    (proxy, method, arguments) -> {
                        if (method.isDefault()) {
                            return InvocationHandler.invokeDefault(proxy, method, arguments);
                        }
                        return method.getName().equals("create")
                                ? CompletableFuture.completedFuture(
                                        SessionChange.Registration.written((UserSession) arguments[0]))
                                : null;
                    });
        }
    }
}
