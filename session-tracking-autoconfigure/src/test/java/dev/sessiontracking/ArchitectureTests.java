// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import dev.sessiontracking.core.ClaimValues;
import dev.sessiontracking.core.Lifetimes;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.core.revocation.NotBeforeMarkers;
import dev.sessiontracking.core.revocation.RevocationDenylist;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionChange;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreListener;

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

    /** What the engine shows: ports, and the one class that puts it together. */
    private static final Class<?>[] PUBLIC_IN_CORE = {
        SessionTracking.class, SessionChecker.class, TrackingState.class, ClaimValues.class, Lifetimes.class
    };

    /** What applications implement or plug in, and what those types refer to. */
    private static final Class<?>[] PUBLIC_IN_SPI = {
        SessionStore.class,
        SessionChange.class,
        StoreListener.class,
        NotBefore.class,
        OutagePolicy.class,
        SessionListener.class,
        SessionIds.class,
        CachingReader.class
    };

    /** What revocations show the engine. */
    private static final Class<?>[] PUBLIC_BELOW_CORE = {Revoker.class, RevocationDenylist.class, NotBeforeMarkers.class
    };

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

    @ArchTest
    static final ArchRule coreShowsItsPortsOnly = noClasses()
            .that()
            .resideInAnyPackage(SPI, CORE)
            .and()
            .doNotBelongToAnyOf(PUBLIC_IN_CORE)
            .and()
            .doNotBelongToAnyOf(PUBLIC_IN_SPI)
            .and()
            .doNotBelongToAnyOf(PUBLIC_BELOW_CORE)
            .should(ArchCondition.from(arePublic()));

    @ArchTest
    static final ArchRule redisShowsItsAutoConfigurationsOnly = classes()
            .that()
            .resideInAPackage("dev.sessiontracking.redis")
            .and(arePublic())
            .should()
            .haveSimpleNameEndingWith("AutoConfiguration");

    /** What revocations show the engine is public for it, and for nobody else. */
    @ArchTest
    static final ArchRule nobodyElseKnowsThePartsOfTheEngine = noClasses()
            .that()
            .resideOutsideOfPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.sessiontracking.core.revocation..");

    /** What the packages of the Redis adapter share is public for each other, and for nobody else. */
    @ArchTest
    static final ArchRule nobodyElseKnowsThePartsOfRedis = noClasses()
            .that()
            .resideOutsideOfPackage(REDIS)
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "dev.sessiontracking.redis.format..",
                    "dev.sessiontracking.redis.connection..",
                    "dev.sessiontracking.redis.nearcache.."));

    /** What the filter chains of both web stacks share is public for them, and for nobody else. */
    @ArchTest
    static final ArchRule nobodyElseKnowsThePartsOfFilterChains = noClasses()
            .that()
            .resideOutsideOfPackages("dev.sessiontracking.security.(chain|servlet|reactive)..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "dev.sessiontracking.security.chain..", "dev.sessiontracking.security.servlet.unusual.."));

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
    static final ArchRule autoConfigurationsAreFinalAndPublic = classes()
            .that(simpleNameEndingWith("AutoConfiguration"))
            .should()
            .bePublic()
            .andShould()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);

    @ArchTest
    static final ArchRule propertiesAreRecords =
            classes().that().haveSimpleNameEndingWith("Properties").should().beRecords();

    @ArchTest
    static final ArchRule propertiesArePackagePrivate = classes()
            .that()
            .haveSimpleNameEndingWith("Properties")
            .and()
            .resideOutsideOfPackage(REDIS)
            .should()
            .bePackagePrivate();

    @ArchTest
    static final ArchRule nobodyUsesJavaUtilLogging = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule nobodyPrints = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    /** A class within a package-private one is not seen from outside, whatever its modifier. */
    private static DescribedPredicate<JavaClass> arePublic() {
        return DescribedPredicate.describe("are public", javaClass -> {
            for (JavaClass one = javaClass;
                    one != null;
                    one = one.getEnclosingClass().orElse(null)) {
                if (!one.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC)) {
                    return false;
                }
            }
            return true;
        });
    }
}
