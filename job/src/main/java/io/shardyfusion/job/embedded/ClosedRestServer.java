package io.shardyfusion.job.embedded;

import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.io.network.netty.InboundChannelHandlerFactory;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandler;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandlerContext;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Closes every connection to the REST server of an embedded Flink while that starts: Flink opens
 * the server's port before {@link NoRestServer} can close it, and the server would run the job of
 * anybody who can reach it, another user of the machine, or a page in a browser. Flink finds this
 * class as a service; a cluster's server is not concerned.
 */
public final class ClosedRestServer implements InboundChannelHandlerFactory {

  /** True if the server of this configuration is closed. */
  static final ConfigOption<Boolean> CLOSED =
      ConfigOptions.key("shardyfusion.rest.closed").booleanType().defaultValue(false);

  /** Called by Flink's service loader. */
  public ClosedRestServer() {}

  /** Before all others. */
  @Override
  public int priority() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Optional<ChannelHandler> createHandler(
      Configuration configuration, Map<String, String> responseHeaders) {
    return configuration.get(CLOSED) ? Optional.of(new Closing()) : Optional.empty();
  }

  /** Closes its connection before anything of it is read. */
  private static final class Closing extends ChannelInboundHandlerAdapter {

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for the end of it.
    public void channelActive(ChannelHandlerContext connection) {
      connection.close();
    }
  }
}
