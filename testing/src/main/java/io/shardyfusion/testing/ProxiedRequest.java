package io.shardyfusion.testing;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A request as a {@link FaultProxy} got it, without its body.
 *
 * @param method such as {@code PUT}
 * @param path as sent, percent-encoded: {@code /bucket/key} where paths are styled so
 * @param query as sent, without the question mark; empty where there is none
 * @param headers by name in lower case; values of the same name are joined by commas
 */
public record ProxiedRequest(
    String method, String path, String query, Map<String, String> headers) {

  /** Copies the headers. */
  public ProxiedRequest {
    headers = Map.copyOf(headers);
  }

  /** Every request. */
  public static Predicate<ProxiedRequest> any() {
    return request -> true;
  }

  /** Requests of that method. */
  public static Predicate<ProxiedRequest> method(String method) {
    return request -> request.method.equals(method);
  }

  /** Requests of that method for an object whose path ends so: {@code ("PUT", "/_CURRENT")}. */
  public static Predicate<ProxiedRequest> object(String method, String pathEnd) {
    return request -> request.method.equals(method) && request.path.endsWith(pathEnd);
  }

  /** Requests with a parameter of that name, such as {@code uploadId} or {@code list-type}. */
  public static Predicate<ProxiedRequest> parameter(String name) {
    return request ->
        Stream.of(request.query.split("&", -1))
            .anyMatch(each -> each.equals(name) || each.startsWith(name + "="));
  }

  /** A header's value; its name in any case. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Method, path and query: {@code GET /bucket?list-type=2}. */
  public String line() {
    return method + " " + path + (query.isEmpty() ? "" : "?" + query);
  }
}
