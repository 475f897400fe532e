// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.security.servlet.SessionTrackingServletSecurityAutoConfiguration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.javapoet.ClassName;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.web.context.support.GenericWebApplicationContext;

/** What a native image needs is registered when an application is processed ahead of time. */
class RuntimeHintsTests {

    private static final List<Class<?>> PROPERTIES = new ArrayList<>();

    private static RuntimeHints hints;

    @BeforeAll
    static void processAheadOfTime() {
        try (GenericWebApplicationContext context = new GenericWebApplicationContext(new MockServletContext())) {
            TestPropertyValues.of("session.tracking.redis-url=redis://127.0.0.1:1")
                    .applyTo(context);
            new AnnotatedBeanDefinitionReader(context).register(Application.class);
            DefaultGenerationContext generation = new DefaultGenerationContext(
                    new ClassNameGenerator(ClassName.get("com.example", "Application")), new InMemoryGeneratedFiles());
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            hints = generation.getRuntimeHints();
            for (String name : context.getBeanNamesForAnnotation(ConfigurationProperties.class)) {
                Class<?> type = context.getType(name);
                if (type.getName().startsWith("dev.sessiontracking")) {
                    PROPERTIES.add(type);
                }
            }
        }
    }

    @Test
    void everyScriptIsAResource() throws Exception {
        Resource[] scripts =
                new PathMatchingResourcePatternResolver().getResources("classpath*:dev/sessiontracking/**/*.lua");
        assertThat(scripts).hasSizeGreaterThan(5);
        assertThat(scripts)
                .allSatisfy(script -> assertThat(RuntimeHintsPredicates.resource()
                                .forResource("dev/sessiontracking/redis/" + script.getFilename()))
                        .accepts(hints));
    }

    @Test
    void matcherOfALogoutFilterCanBeRead() throws Exception {
        assertThat(RuntimeHintsPredicates.reflection()
                        .onFieldAccess(LogoutFilter.class.getDeclaredField("logoutRequestMatcher")))
                .accepts(hints);
    }

    @Test
    void propertiesCanBeBound() {
        assertThat(PROPERTIES).hasSizeGreaterThan(7);
        assertThat(PROPERTIES)
                .allSatisfy(
                        type -> assertThat(RuntimeHintsPredicates.reflection().onType(type))
                                .accepts(hints));
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        SecurityAutoConfiguration.class,
        ServletWebSecurityAutoConfiguration.class,
        RedisSessionStoreAutoConfiguration.class,
        SessionTrackingAutoConfiguration.class,
        SessionTrackingJwtAutoConfiguration.class,
        SessionTrackingServletSecurityAutoConfiguration.class
    })
    static class Application {}
}
