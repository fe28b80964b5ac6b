package golden.files;

import java.lang.reflect.Field;
import org.apache.rocketmq.remoting.protocol.DataVersion;

/** Reaches what the observed classes keep to themselves. */
final class Managers {
    private static final long TIMESTAMP = 1_700_000_000_000L;

    private Managers() {
    }

    /** Every change stamps the current time; a golden file has a fixed one. */
    static void settle(DataVersion version) {
        version.setTimestamp(TIMESTAMP);
    }

    static Object read(Object target, String name) {
        try {
            return field(target.getClass(), name).get(target);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    static void write(Object target, String name, Object value) {
        try {
            field(target.getClass(), name).set(target, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field field(Class<?> type, String name) {
        for (Class<?> level = type; level != null; level = level.getSuperclass()) {
            try {
                Field field = level.getDeclaredField(name);
                field.setAccessible(true);
                return field;
            } catch (NoSuchFieldException e) {
                // one level up
            }
        }
        throw new IllegalStateException(type + " has no field " + name);
    }
}
