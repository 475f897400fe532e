// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.report.Conditions;
import dev.sessiontracking.benchmarks.report.Results;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From DEL in this process to the first refusal over HTTP in another, idle and under load, with and without near cache. */
public final class PropagationCommand {

    private static final int REVOCATIONS = 500;

    private static final int OTHERS = 200;

    private static final int BACKGROUND_CONNECTIONS = 4;

    private static final Pattern SESSION_ID = Pattern.compile("\"sid\":\"([^\"]+)\"");

    private static final List<Variant> VARIANTS = List.of(Variant.NEAR_CACHE, Variant.WITHOUT_CACHE, Variant.HAS_KEY);

    private PropagationCommand() {}

    /** Runs it; the one option is {@code --revocations=N}. */
    public static void run(List<String> options) {
        int revocations = REVOCATIONS;
        for (String option : options) {
            if (!option.startsWith("--revocations=")) {
                throw new IllegalArgumentException("There is no option " + option);
            }
            revocations = Integer.parseInt(option.substring(option.indexOf('=') + 1));
        }
        Conditions conditions = new Conditions()
                .add("flags of every JVM", String.join(" ", VariantProcess.JVM_FLAGS))
                .add("revocations", revocations + " idle, as many under load")
                .add("load", BACKGROUND_CONNECTIONS + " connections without a pause, other sessions");
        String table = measure(revocations, Classpath.current(), Duration.ofSeconds(5));
        System.out.println(table);
        Results.write(
                "propagation", "md", "# From DEL to the first refusal\n\n" + conditions.markdown() + "\n" + table);
    }

    static String measure(int revocations, Classpath classpath, Duration warmUp) {
        StringBuilder table = new StringBuilder(Propagation.head());
        for (Variant variant : VARIANTS) {
            System.err.println("Starting " + variant);
            Plan plan = Plan.of(variant, warmUp, OTHERS + 2 * revocations);
            try (Subject subject = Subject.start(variant, classpath, plan)) {
                subject.warmUp(plan, plan.warmUp());
                table.append(measure(subject, OTHERS, revocations).row(variant, "idle"));
                Propagation loaded = BackgroundLoad.during(
                        subject.port(),
                        subject.requests().subList(0, OTHERS),
                        BACKGROUND_CONNECTIONS,
                        () -> measure(subject, OTHERS + revocations, revocations));
                table.append(loaded.row(variant, "under load"));
            }
        }
        return table.toString();
    }

    private static Propagation measure(Subject subject, int first, int count) {
        List<String> ids = subject.logins().headerLines().subList(first, first + count).stream()
                .map(PropagationCommand::sessionId)
                .toList();
        return Propagation.measure(subject, subject.requests().subList(first, first + count), ids);
    }

    /** From the claims of a bearer token. */
    private static String sessionId(String headerLine) {
        String claims = headerLine.split("\\.", -1)[1];
        Matcher matcher = SESSION_ID.matcher(new String(Base64.getUrlDecoder().decode(claims), StandardCharsets.UTF_8));
        if (!matcher.find()) {
            throw new IllegalStateException("The token names no session");
        }
        return matcher.group(1);
    }
}
