package io.shardyfusion.cluster.s3;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The main class of an S3 server, a process of its own.
 *
 * <p>S3Proxy compares {@code If-Match} first and writes later, so of many concurrent writers
 * several can win: measured, up to 5 of 24. S3 lets one win. So this puts a servlet filter in front
 * that serves the writes of one object one after the other. All by reflection: S3Proxy's jar holds
 * its whole dependency tree, and must not be on the class path of our builds.
 *
 * <p>Ends when its standard input does, that is, when the process that started it is gone.
 */
public final class S3ProxyMain {

  /** The beginning of the line that tells the port, when it listens. */
  public static final String READY = "listening on port ";

  public static final String ACCESS_KEY = "shardyfusion-access";
  public static final String SECRET_KEY = "shardyfusion-secret";

  /** Requests must be signed. */
  public static final String SIGNED = "aws-v2-or-v4";

  /** Signatures are not looked at. */
  public static final String OPEN = "none";

  private static final String SERVLETS = "org.gaul.shaded.org.eclipse.jetty.ee10.servlet.";

  private S3ProxyMain() {}

  /**
   * The arguments: the directory of the buckets; {@link #SIGNED} or {@link #OPEN}; the port, if not
   * any that is free. The environment may name other credentials.
   */
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.setProperty(
        "s3proxy.endpoint", "http://127.0.0.1:" + (args.length > 2 ? args[2] : "0"));
    settings.setProperty("s3proxy.authorization", args[1]);
    settings.setProperty("s3proxy.identity", orElse("S3PROXY_IDENTITY", ACCESS_KEY));
    settings.setProperty("s3proxy.credential", orElse("S3PROXY_CREDENTIAL", SECRET_KEY));
    settings.setProperty("jclouds.provider", "filesystem-nio2");
    settings.setProperty("jclouds.filesystem.basedir", args[0]);

    Class<?> builderClass = Class.forName("org.gaul.s3proxy.S3Proxy$Builder");
    Object builder =
        builderClass.getMethod("fromProperties", Properties.class).invoke(null, settings);
    Object blobStore =
        Class.forName("org.gaul.s3proxy.BlobStores")
            .getMethod("create", String.class, Properties.class)
            .invoke(null, settings.getProperty("jclouds.provider"), settings);
    builderClass
        .getMethod("blobStore", Class.forName("org.gaul.s3proxy.blobstore.BlobStore"))
        .invoke(builder, blobStore);
    Object s3proxy = builderClass.getMethod("build").invoke(builder);
    addFilter(s3proxy, oneWriterPerObject());
    s3proxy.getClass().getMethod("start").invoke(s3proxy);
    System.out.println(READY + s3proxy.getClass().getMethod("getPort").invoke(s3proxy));
    System.out.flush();

    while (System.in.read() >= 0) {
      // Nothing is sent: this waits for the end.
    }
    System.exit(0);
  }

  private static String orElse(String variable, String value) {
    return System.getenv().getOrDefault(variable, value);
  }

  private static void addFilter(Object s3proxy, Object filter) throws ReflectiveOperationException {
    Field serverField = s3proxy.getClass().getDeclaredField("server");
    serverField.setAccessible(true);
    Object server = serverField.get(s3proxy);
    Class<?> contextClass = Class.forName(SERVLETS + "ServletContextHandler");
    Class<?> holderClass = Class.forName(SERVLETS + "FilterHolder");
    Object context =
        server.getClass().getMethod("getDescendant", Class.class).invoke(server, contextClass);
    Object holder =
        holderClass.getConstructor(Class.forName("jakarta.servlet.Filter")).newInstance(filter);
    contextClass
        .getMethod("addFilter", holderClass, String.class, EnumSet.class)
        .invoke(context, holder, "/*", null);
  }

  private static Object oneWriterPerObject() throws ReflectiveOperationException {
    Class<?> request = Class.forName("jakarta.servlet.http.HttpServletRequest");
    Method method = request.getMethod("getMethod");
    Method path = request.getMethod("getRequestURI");
    Method next =
        Class.forName("jakarta.servlet.FilterChain")
            .getMethod(
                "doFilter",
                Class.forName("jakarta.servlet.ServletRequest"),
                Class.forName("jakarta.servlet.ServletResponse"));
    ConcurrentHashMap<Object, Object> locks = new ConcurrentHashMap<>();
    Class<?> filter = Class.forName("jakarta.servlet.Filter");
    return Proxy.newProxyInstance(
        S3ProxyMain.class.getClassLoader(),
        new Class<?>[] {filter},
        (self, called, arguments) -> {
          switch (called.getName()) {
            case "doFilter" -> {
              boolean reads =
                  switch ((String) method.invoke(arguments[0])) {
                    case "GET", "HEAD", "OPTIONS" -> true;
                    default -> false;
                  };
              try {
                if (reads) {
                  next.invoke(arguments[2], arguments[0], arguments[1]);
                } else {
                  Object lock =
                      locks.computeIfAbsent(path.invoke(arguments[0]), any -> new Object());
                  synchronized (lock) {
                    next.invoke(arguments[2], arguments[0], arguments[1]);
                  }
                }
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              return null;
            }
            case "hashCode" -> {
              return System.identityHashCode(self);
            }
            case "equals" -> {
              return self == arguments[0];
            }
            case "toString" -> {
              return "one writer per object";
            }
            default -> {
              return null;
            }
          }
        });
  }
}
