// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
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
import dev.sessiontracking.core.revocation.UserRevocations;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionChange;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreListener;

/** What the packages show: to everybody, and to the other parts of one adapter only. {@link ArchitectureTests} checks it. */
final class VisibilityRules {

    private static final String SPI = "dev.sessiontracking.spi";

    private static final String CORE = "dev.sessiontracking.core..";

    private static final String REDIS = "dev.sessiontracking.redis..";

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
    private static final Class<?>[] PUBLIC_BELOW_CORE = {
        Revoker.class, RevocationDenylist.class, UserRevocations.class, NotBeforeMarkers.class
    };

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
