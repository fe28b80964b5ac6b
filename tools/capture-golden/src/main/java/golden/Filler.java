package golden;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Gives every field of an object a value of its own, the same one in every run. */
public final class Filler {
    private static final int ENTRIES_PER_COLLECTION = 2;
    private static final int DEPTH_MAX = 8;
    /** What a JSON writer may escape or not: quotes, slashes, control characters, two- to four-byte UTF-8. */
    public static final String AWKWARD_TEXT = "a\"b\\c/d<e>&'\t\r\n\b\f\u0001\u007f é 中 \u2028 😀";
    private static final long TIME_BASE = 1_700_000_000_000L;

    private int sequence;
    private int depth;

    public static <T> T filled(Class<T> type) {
        return type.cast(new Filler().object(type));
    }

    /** Fields of the class and its parents, in one fixed order. */
    public static List<Field> fieldsOf(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
            for (Field field : level.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        fields.sort(Comparator.comparing(Field::getName));
        return fields;
    }

    private Object object(Class<?> type) {
        try {
            Object target = create(type);
            depth++;
            for (Field field : fieldsOf(type)) {
                if (!Modifier.isFinal(field.getModifiers()) || isMutable(field.get(target))) {
                    fill(target, field);
                }
            }
            depth--;
            return target;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot fill " + type, e);
        }
    }

    /** By the shortest constructor; the fields are set afterwards anyway. */
    private Object create(Class<?> type) throws ReflectiveOperationException {
        Constructor<?> constructor = Arrays.stream(type.getDeclaredConstructors())
            .filter(candidate -> !Arrays.asList(candidate.getParameterTypes()).contains(type))
            .min(Comparator.comparingInt(Constructor::getParameterCount))
            .orElseThrow(() -> new InstantiationException(type.getName()));
        constructor.setAccessible(true);
        Object[] arguments = Arrays.stream(constructor.getGenericParameterTypes()).map(argument -> value(argument, "", null)).toArray();
        return constructor.newInstance(arguments);
    }

    private static boolean isMutable(Object value) {
        return value instanceof Collection || value instanceof Map || value instanceof AtomicLong;
    }

    private void fill(Object target, Field field) throws IllegalAccessException {
        Object present = field.get(target);
        if (present instanceof AtomicLong counter) {
            counter.set(next());
        } else if (present instanceof AtomicInteger counter) {
            counter.set(next());
        } else if (present instanceof AtomicBoolean toggle) {
            toggle.set(true);
        } else if (Modifier.isFinal(field.getModifiers())) {
            refill(present, field.getGenericType(), field.getName());
        } else {
            field.set(target, value(field.getGenericType(), field.getName(), present));
        }
    }

    private void refill(Object present, Type type, String name) {
        if (present instanceof Map<?, ?> map) {
            fillMap(map, type, name);
        } else {
            fillCollection((Collection<?>) present, type, name);
        }
    }

    private Object value(Type type, String name, Object present) {
        Class<?> raw = rawOf(type);
        if (Map.class.isAssignableFrom(raw)) {
            return fillMap(present instanceof Map<?, ?> map ? map : Containers.mapFor(raw), type, name);
        }
        if (Collection.class.isAssignableFrom(raw)) {
            return fillCollection(Containers.collectionFor(raw), type, name);
        }
        Object scalar = scalar(raw, name);
        if (scalar != null) {
            return scalar;
        }
        return raw == Object.class || raw.isInterface() || raw.isArray() || depth >= DEPTH_MAX ? present : object(raw);
    }

    private Object scalar(Class<?> type, String name) {
        if (type == String.class) {
            return text(name);
        }
        if (type == int.class || type == Integer.class) {
            return next();
        }
        if (type == long.class || type == Long.class) {
            int n = next();
            return name.toLowerCase().contains("time") ? TIME_BASE + n : (long) n;
        }
        if (type == boolean.class || type == Boolean.class) {
            return true;
        }
        if (type == double.class || type == Double.class) {
            return next() + 0.25;
        }
        return rareScalar(type);
    }

    private Object rareScalar(Class<?> type) {
        if (type == short.class || type == Short.class) {
            return (short) next();
        }
        if (type == byte.class || type == Byte.class) {
            return (byte) next();
        }
        if (type == byte[].class) {
            return ("bytes" + next()).getBytes();
        }
        if (type == BitSet.class) {
            return BitSet.valueOf(new long[] {0b1011, 1});
        }
        if (type.isEnum()) {
            // The first two only: a release adds constants at the end.
            return type.getEnumConstants()[next() % Math.min(2, type.getEnumConstants().length)];
        }
        return null;
    }

    private String text(String name) {
        int n = next();
        return switch (name) {
            case "jstack", "remark" -> AWKWARD_TEXT;
            case "topic", "liteTopic" -> "主题" + n;
            default -> name + "-" + n;
        };
    }

    @SuppressWarnings("unchecked")
    private Map<?, ?> fillMap(Map<?, ?> target, Type type, String name) {
        target.clear();
        for (int i = 0; i < ENTRIES_PER_COLLECTION; i++) {
            Object key = value(argument(type, 0), name + "Key", null);
            ((Map<Object, Object>) target).put(key, value(argument(type, 1), name, null));
        }
        return target;
    }

    @SuppressWarnings("unchecked")
    private Collection<?> fillCollection(Collection<?> target, Type type, String name) {
        target.clear();
        for (int i = 0; i < ENTRIES_PER_COLLECTION; i++) {
            ((Collection<Object>) target).add(value(argument(type, 0), name, null));
        }
        return target;
    }

    private static Type argument(Type type, int index) {
        return type instanceof ParameterizedType parameterized ? parameterized.getActualTypeArguments()[index] : String.class;
    }

    private static Class<?> rawOf(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return (Class<?>) parameterized.getRawType();
        }
        return type instanceof Class<?> plain ? plain : Object.class;
    }

    private int next() {
        return ++sequence;
    }
}
