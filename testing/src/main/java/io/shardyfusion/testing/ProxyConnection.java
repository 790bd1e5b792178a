package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One connection of a client of a {@link FaultProxy}: request after request, until it ends. */
final class ProxyConnection implements Runnable {

  private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1);

  /** Headers of one connection, which are never passed on. */
  private static final Set<String> OF_A_CONNECTION =
      Set.of("connection", "keep-alive", "expect", "upgrade", "http2-settings");

  private final FaultProxy proxy;
  private final Socket client;

  ProxyConnection(FaultProxy proxy, Socket client) {
    this.proxy = proxy;
    this.client = client;
  }

  @Override
  public void run() {
    try {
      InputStream in = new BufferedInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      while (true) {
        HttpHead head = HttpHead.read(in);
        if (head == null || !answer(head, in, out)) {
          return;
        }
      }
    } catch (IOException e) {
      // Either side has ended its connection, or the proxy is closed: the other is ended too.
    } finally {
      proxy.ended(client);
    }
  }

  /** Serves one request; whether the connection goes on. */
  private boolean answer(HttpHead head, InputStream in, OutputStream out) throws IOException {
    ProxiedRequest request = head.request();
    FaultProxy.Recorded recorded = proxy.arrived(request);
    if (request.header("expect").isPresent()) {
      out.write(CONTINUE);
      out.flush();
    }
    HttpHead sent = head.without(OF_A_CONNECTION::contains);
    List<Fault.Hold> afterEffect = new ArrayList<>();
    Fault last = null;
    for (Fault fault : proxy.faults(request)) {
      if (fault instanceof Fault.WithoutHeaders without) {
        sent = sent.without(without.names()::contains);
      } else if (fault instanceof Fault.Hold hold && hold.response()) {
        afterEffect.add(hold);
      } else if (fault instanceof Fault.Hold hold) {
        await(hold);
      } else {
        last = fault;
      }
    }
    boolean keep = !request.header("connection").orElse("").equalsIgnoreCase("close");
    if (last instanceof Fault.Answer || last instanceof Fault.DropRequest) {
      HttpBody.ofRequest(head).copy(head, in, OutputStream.nullOutputStream());
      if (last instanceof Fault.Answer answer) {
        recorded.answered(answer.status());
        write(answer, request, out);
        return keep;
      }
      return false;
    }
    Socket server = proxy.connect();
    try {
      forward(sent.with("Connection: close"), in, server.getOutputStream());
      InputStream answer = new BufferedInputStream(server.getInputStream());
      HttpHead answered = finalHead(answer);
      for (Fault.Hold hold : afterEffect) {
        await(hold);
      }
      return pass(answered, answer, last, keep, recorded, out);
    } finally {
      proxy.ended(server);
    }
  }

  /** Passes the server's answer on, unless it is to be lost; whether the connection goes on. */
  private static boolean pass(
      HttpHead head,
      InputStream answer,
      @Nullable Fault fault,
      boolean keep,
      FaultProxy.Recorded recorded,
      OutputStream out)
      throws IOException {
    HttpBody body = HttpBody.ofResponse(recorded.request().method(), head);
    if (fault instanceof Fault.DropResponse) {
      body.copy(head, answer, OutputStream.nullOutputStream());
      return false;
    }
    recorded.answered(head.status());
    boolean ends = !keep || body == HttpBody.UNTIL_END;
    HttpHead passed = head.without(OF_A_CONNECTION::contains);
    (ends ? passed.with("Connection: close") : passed).write(out);
    body.copy(head, answer, WorseStream.of(fault, out));
    return !ends;
  }

  /** A server that has refused a request need not read its body, but its answer is to be read. */
  private static void forward(HttpHead head, InputStream in, OutputStream server)
      throws IOException {
    OutputStream out = new Tolerant(new BufferedOutputStream(server));
    head.write(out);
    HttpBody.ofRequest(head).copy(head, in, out);
  }

  private static HttpHead finalHead(InputStream in) throws IOException {
    while (true) {
      HttpHead head = HttpHead.read(in);
      if (head == null) {
        throw new EOFException("the server ended the connection without an answer");
      }
      if (head.status() >= 200) {
        return head;
      }
    }
  }

  private static void await(Fault.Hold hold) throws IOException {
    try {
      hold.released().await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the proxy is closed");
    }
  }

  private static void write(Fault.Answer answer, ProxiedRequest request, OutputStream out)
      throws IOException {
    String xml =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>%s</Code><Message>as the test wants it</Message>\
        <Resource>%s</Resource><RequestId>FAULT</RequestId></Error>"""
            .formatted(answer.code(), request.path().replace("&", "&amp;"));
    byte[] body = xml.getBytes(UTF_8);
    List<String> lines = new ArrayList<>();
    answer.headers().forEach((name, value) -> lines.add(name + ": " + value));
    lines.add("x-amz-request-id: FAULT");
    boolean empty = answer.status() == 304;
    if (!empty) {
      lines.add("Content-Type: application/xml");
      lines.add("Content-Length: " + body.length);
    }
    OutputStream whole = new BufferedOutputStream(out);
    new HttpHead("HTTP/1.1 " + answer.status() + " " + answer.code(), lines).write(whole);
    if (!empty && !request.method().equals("HEAD")) {
      whole.write(body);
    }
    whole.flush();
  }

  /** Writes until it cannot any more, and then nowhere. */
  private static final class Tolerant extends OutputStream {
    private final OutputStream out;
    private boolean broken;

    Tolerant(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      if (!broken) {
        try {
          out.write(bytes, offset, length);
        } catch (IOException e) {
          broken = true;
        }
      }
    }

    @Override
    public void flush() {
      if (!broken) {
        try {
          out.flush();
        } catch (IOException e) {
          broken = true;
        }
      }
    }
  }
}
