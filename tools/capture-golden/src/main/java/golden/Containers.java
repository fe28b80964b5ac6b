package golden;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** An empty container for a declared type, ordered by insertion where the type leaves the choice. */
final class Containers {
    private Containers() {
    }

    static Map<?, ?> mapFor(Class<?> type) {
        if (type == Map.class) {
            return new LinkedHashMap<>();
        }
        if (type == HashMap.class) {
            return new HashMap<>();
        }
        if (type == ConcurrentMap.class || type == ConcurrentHashMap.class) {
            return new ConcurrentHashMap<>();
        }
        if (type == ConcurrentSkipListMap.class) {
            return new ConcurrentSkipListMap<>();
        }
        if (SortedMap.class.isAssignableFrom(type)) {
            return new TreeMap<>();
        }
        throw new IllegalStateException("no map for " + type);
    }

    static Collection<?> collectionFor(Class<?> type) {
        if (SortedSet.class.isAssignableFrom(type)) {
            return new TreeSet<>();
        }
        // Never a plain hash set: elements without a hash code of their own would come out in another order in each run.
        return Set.class.isAssignableFrom(type) ? new LinkedHashSet<>() : new ArrayList<>();
    }
}
