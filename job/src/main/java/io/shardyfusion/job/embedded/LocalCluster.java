package io.shardyfusion.job.embedded;

import java.util.ServiceLoader;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.dispatcher.SessionDispatcherFactory;
import org.apache.flink.runtime.dispatcher.runner.DefaultDispatcherRunnerFactory;
import org.apache.flink.runtime.entrypoint.component.DefaultDispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.entrypoint.component.DispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.util.Reference;

/**
 * Flink's cluster inside one process, without what nobody here asks for: no REST server, and no
 * classes of its RPC system unpacked into a temporary file where they are on the class path.
 */
@SuppressWarnings("try") // close() waits, and is interrupted as any wait.
final class LocalCluster extends MiniCluster {

  private LocalCluster(MiniClusterConfiguration configuration) {
    super(configuration, () -> Reference.owned(rpcSystem(configuration.getConfiguration())));
  }

  /** A cluster of one task manager, with that many slots. */
  static LocalCluster of(Configuration configuration, int slots) {
    return new LocalCluster(
        new MiniClusterConfiguration.Builder()
            .setConfiguration(configuration)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(slots)
            .setRpcServiceSharing(RpcServiceSharing.SHARED)
            .build());
  }

  private static RpcSystem rpcSystem(Configuration configuration) {
    return ServiceLoader.load(RpcSystem.class, LocalCluster.class.getClassLoader())
        .findFirst()
        .orElseGet(() -> RpcSystem.load(configuration));
  }

  @Override
  protected DispatcherResourceManagerComponentFactory
      createDispatcherResourceManagerComponentFactory() {
    return new DefaultDispatcherResourceManagerComponentFactory(
        DefaultDispatcherRunnerFactory.createSessionRunner(SessionDispatcherFactory.INSTANCE),
        StandaloneResourceManagerFactory.getInstance(),
        NoRestServer.FACTORY);
  }
}
