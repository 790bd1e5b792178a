package io.shardyfusion.job.embedded;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.blob.TransientBlobService;
import org.apache.flink.runtime.dispatcher.DispatcherGateway;
import org.apache.flink.runtime.leaderelection.LeaderElection;
import org.apache.flink.runtime.resourcemanager.ResourceManagerGateway;
import org.apache.flink.runtime.rest.RestEndpointFactory;
import org.apache.flink.runtime.rest.handler.RestHandlerConfiguration;
import org.apache.flink.runtime.rest.handler.RestHandlerSpecification;
import org.apache.flink.runtime.rest.handler.legacy.metrics.MetricFetcher;
import org.apache.flink.runtime.rpc.FatalErrorHandler;
import org.apache.flink.runtime.webmonitor.WebMonitorEndpoint;
import org.apache.flink.runtime.webmonitor.retriever.LeaderGatewayRetriever;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelInboundHandler;
import org.apache.flink.util.ConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * The REST server of an embedded Flink, which is none. Flink cannot start without one, nobody needs
 * it here, and it would run the job of anybody who can reach it: another user of the machine, or a
 * page in a browser. So this one serves nothing, and gives its port back as soon as it has it.
 */
@SuppressWarnings("try") // close() waits, and is interrupted as any wait.
final class NoRestServer extends WebMonitorEndpoint<DispatcherGateway> {

  /** Makes it for Flink. */
  static final RestEndpointFactory<DispatcherGateway> FACTORY = NoRestServer::create;

  private @Nullable CompletableFuture<Void> shutDown;

  private NoRestServer(
      LeaderGatewayRetriever<DispatcherGateway> dispatcher,
      Configuration configuration,
      RestHandlerConfiguration handlers,
      LeaderGatewayRetriever<ResourceManagerGateway> resourceManager,
      TransientBlobService blobs,
      ScheduledExecutorService executor,
      MetricFetcher metrics,
      LeaderElection leaderElection,
      FatalErrorHandler fatalErrors)
      throws IOException, ConfigurationException {
    super(
        dispatcher,
        configuration,
        handlers,
        resourceManager,
        blobs,
        executor,
        metrics,
        leaderElection,
        RestEndpointFactory.createExecutionGraphCache(handlers),
        fatalErrors);
  }

  private static WebMonitorEndpoint<DispatcherGateway> create(
      Configuration configuration,
      LeaderGatewayRetriever<DispatcherGateway> dispatcher,
      LeaderGatewayRetriever<ResourceManagerGateway> resourceManager,
      TransientBlobService blobs,
      ScheduledExecutorService executor,
      MetricFetcher metrics,
      LeaderElection leaderElection,
      FatalErrorHandler fatalErrors)
      throws IOException, ConfigurationException {
    return new NoRestServer(
        dispatcher,
        configuration,
        RestHandlerConfiguration.fromConfiguration(configuration),
        resourceManager,
        blobs,
        executor,
        metrics,
        leaderElection,
        fatalErrors);
  }

  @Override
  protected List<Tuple2<RestHandlerSpecification, ChannelInboundHandler>> initializeHandlers(
      CompletableFuture<String> address) {
    return new ArrayList<>();
  }

  /** Runs at the end of the start. */
  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // The end of the cluster waits for it.
  public void startInternal() {
    shutDownInternal();
  }

  @Override
  protected synchronized CompletableFuture<Void> shutDownInternal() {
    if (shutDown == null) {
      shutDown = super.shutDownInternal();
    }
    return shutDown;
  }
}
