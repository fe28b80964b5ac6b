package golden;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;

/** What the jar of one observed class contains: the proof that no header and no body was forgotten. */
public final class Classes {
    private Classes() {
    }

    /** Simple name to class, of everything concrete in the jar of {@code neighbour} that extends {@code parent}. */
    public static Map<String, Class<?>> extending(Class<?> parent, Class<?> neighbour) throws IOException {
        Map<String, Class<?>> found = new TreeMap<>();
        try (JarFile jar = new JarFile(jarOf(neighbour).toFile())) {
            jar.stream().map(entry -> entry.getName()).filter(name -> name.endsWith(".class")).forEach(name -> {
                Class<?> type = load(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
                if (type != null && parent.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
                    found.put(nestedName(type), type);
                }
            });
        }
        return found;
    }

    private static String nestedName(Class<?> type) {
        return type.getName().substring(type.getName().lastIndexOf('.') + 1);
    }

    private static Path jarOf(Class<?> neighbour) {
        try {
            return Path.of(neighbour.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Classes.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }
}
