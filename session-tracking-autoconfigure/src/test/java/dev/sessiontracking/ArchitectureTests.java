// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;

/** The house: adapters know the core, the core knows the public API, and nobody else knows a technology. */
@AnalyzeClasses(packages = "dev.sessiontracking", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String API = "dev.sessiontracking";

    private static final String SPI = "dev.sessiontracking.spi";

    private static final String CORE = "dev.sessiontracking.core..";

    private static final String WIRING = "dev.sessiontracking.autoconfigure..";

    private static final String REDIS = "dev.sessiontracking.redis..";

    private static final String SECURITY = "dev.sessiontracking.security..";

    private static final String METRICS = "dev.sessiontracking.metrics..";

    private static final String ACTUATE = "dev.sessiontracking.actuate..";

    @ArchTest
    static final ArchTests visibility = ArchTests.in(VisibilityRules.class);

    @ArchTest
    static final ArchRule apiKnowsTheJdkOnly = classes()
            .that()
            .resideInAPackage(API)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    API, "java..", "org.jspecify..", "reactor.core.publisher", "org.reactivestreams"));

    @ArchTest
    static final ArchRule reactorIsKnownToTheReactiveSideOnly = noClasses()
            .that()
            .resideOutsideOfPackages(REDIS, "dev.sessiontracking.security.reactive..")
            .and()
            .haveSimpleNameNotStartingWith("Reactive")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("reactor..");

    @ArchTest
    static final ArchRule spiKnowsTheApiOnly = classes()
            .that()
            .resideInAPackage(SPI)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(API, SPI, "java..", "org.jspecify.."));

    @ArchTest
    static final ArchRule coreKnowsNoTechnology = classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(API, SPI, CORE, "java..", "org.jspecify..", "org.slf4j.."));

    @ArchTest
    static final ArchRule wiringKnowsNoAdapter = noClasses()
            .that()
            .resideInAPackage(WIRING)
            .should()
            .dependOnClassesThat(resideInAnyPackage(REDIS, SECURITY, METRICS, ACTUATE));

    @ArchTest
    static final ArchRule adaptersDoNotKnowEachOther = slices().matching("dev.sessiontracking.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(DescribedPredicate.alwaysTrue(), resideInAnyPackage(SPI, CORE, WIRING));

    @ArchTest
    static final ArchRule thereAreNoCycles =
            slices().matching("dev.sessiontracking.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyRedisKnowsLettuceSpringDataAndJackson = noClasses()
            .that()
            .resideOutsideOfPackage(REDIS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.lettuce..",
                    "io.netty..",
                    "org.springframework.data..",
                    "tools.jackson..",
                    "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule onlySecurityKnowsSpringSecurityAndServlets = noClasses()
            .that()
            .resideOutsideOfPackage(SECURITY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.security..",
                    "jakarta.servlet..",
                    "org.springframework.web..",
                    "com.nimbusds..");

    @ArchTest
    static final ArchRule onlyMetricsKnowsMicrometer = noClasses()
            .that()
            .resideOutsideOfPackage(METRICS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule onlyActuateKnowsActuator = noClasses()
            .that()
            .resideOutsideOfPackage(ACTUATE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.boot.actuate..", "org.springframework.boot.health..");

    @ArchTest
    static final ArchRule servletsAreKnownInOnePackage = noClasses()
            .that()
            .resideOutsideOfPackage("dev.sessiontracking.security.servlet..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.servlet..");

    @ArchTest
    static final ArchRule webFluxIsKnownInOnePackage = noClasses()
            .that()
            .resideOutsideOfPackage("dev.sessiontracking.security.reactive..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.web.server..",
                    "org.springframework.web.reactive..",
                    "org.springframework.security.web.server..");

    /** Each side works without the web stack of the other. */
    @ArchTest
    static final ArchRule webStacksDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("dev.sessiontracking.security.reactive..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.sessiontracking.security.servlet..", "jakarta.servlet..");

    /** Format, connection, near cache, store: each may use those before it. */
    @ArchTest
    static final ArchRule partsOfRedisDependInOneDirection = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage(REDIS)
            .layer("format")
            .definedBy("dev.sessiontracking.redis.format")
            .layer("connection")
            .definedBy("dev.sessiontracking.redis.connection")
            .layer("near cache")
            .definedBy("dev.sessiontracking.redis.nearcache")
            .layer("store")
            .definedBy("dev.sessiontracking.redis")
            .whereLayer("store")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("near cache")
            .mayOnlyBeAccessedByLayers("store")
            .whereLayer("connection")
            .mayOnlyBeAccessedByLayers("store", "near cache");

    @ArchTest
    static final ArchRule nobodyUsesJavaUtilLogging = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule nobodyPrints = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
