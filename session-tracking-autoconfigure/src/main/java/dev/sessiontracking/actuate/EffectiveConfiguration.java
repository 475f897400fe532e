package dev.sessiontracking.actuate;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.ReflectionUtils;

/**
 * The properties as they are in force. Reads the records that they are bound to, so that each part keeps its own to
 * itself. Whatever is or contains an address is left out, for it may contain a password.
 */
final class EffectiveConfiguration {

    private static final String PREFIX = "session.tracking";

    private static final Pattern SECRET = Pattern.compile("(?i).*(url|username|password|secret|credential).*");

    private final ListableBeanFactory beans;

    EffectiveConfiguration(ListableBeanFactory beans) {
        this.beans = beans;
    }

    Map<String, Object> values() {
        Map<String, Object> values = new TreeMap<>();
        for (String name : beans.getBeanNamesForAnnotation(ConfigurationProperties.class)) {
            ConfigurationProperties properties = beans.findAnnotationOnBean(name, ConfigurationProperties.class);
            String prefix = properties == null ? "" : properties.prefix();
            if (prefix.equals(PREFIX) || prefix.startsWith(PREFIX + ".")) {
                addValues(prefix, beans.getBean(name), values);
            }
        }
        return values;
    }

    private static void addValues(String prefix, Object bean, Map<String, Object> values) {
        if (!bean.getClass().isRecord()) {
            return;
        }
        for (RecordComponent component : bean.getClass().getRecordComponents()) {
            String name = prefix + "." + kebab(component.getName());
            Object value = valueOf(component, bean);
            if (value != null && !SECRET.matcher(component.getName()).matches()) {
                if (value.getClass().isRecord()) {
                    addValues(name, value, values);
                } else if (value.toString().indexOf('@') < 0) {
                    values.put(name, presentable(value));
                }
            }
        }
    }

    private static @Nullable Object valueOf(RecordComponent component, Object bean) {
        component.getAccessor().setAccessible(true);
        return ReflectionUtils.invokeMethod(component.getAccessor(), bean);
    }

    private static Object presentable(Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        return value instanceof Duration ? value.toString() : value;
    }

    private static String kebab(String camelCase) {
        return camelCase.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
