package temporald

import (
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"

	"engaged/devstack/internal/ports"
)

// shards is the number of history shards. It is written into the store at the first start and stays.
const shards = 4

// clusterName names the only cluster there is.
const clusterName = "active"

// configure returns the configuration of all services in one process, and the fixed list of their addresses:
// with static membership a restart after a kill does not wait for the heartbeats of the process that died.
func configure(port int, store config.Persistence) (*config.Config, map[primitives.ServiceName]static.Hosts, error) {
	services := map[string]config.Service{}
	hosts := map[primitives.ServiceName]static.Hosts{}
	for _, name := range []primitives.ServiceName{
		primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	} {
		servicePort := port
		if name != primitives.FrontendService {
			var err error
			if servicePort, err = ports.Free(); err != nil {
				return nil, nil, err
			}
		}
		services[string(name)] = config.Service{RPC: config.RPC{GRPCPort: servicePort, BindOnIP: host}}
		hosts[name] = static.SingleLocalHost(address(servicePort))
	}
	off := config.Archival{
		History:    config.HistoryArchival{State: "disabled"},
		Visibility: config.VisibilityArchival{State: "disabled"},
	}
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: host},
		},
		Persistence: store,
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address(port)},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival:            off,
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
		PublicClient: config.PublicClient{HostPort: address(port)},
	}, hosts, nil
}

// limits raises what would throttle one machine, and keeps each task queue in one partition, since there is only
// one process to serve it. What a workflow may hold (history size, updates in flight) stays at its default, so
// that tests meet the same limits as production.
func limits() dynamicconfig.StaticClient {
	const plenty = 100_000
	values := map[dynamicconfig.Key]any{
		dynamicconfig.FrontendRPS.Key():                                  plenty,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():           plenty,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): plenty,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():                    plenty,
		dynamicconfig.HistoryRPS.Key():                                   plenty,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                     plenty,
		dynamicconfig.MatchingRPS.Key():                                  plenty,
		dynamicconfig.MatchingPersistenceMaxQPS.Key():                    plenty,
		dynamicconfig.VisibilityPersistenceMaxReadQPS.Key():              plenty,
		dynamicconfig.VisibilityPersistenceMaxWriteQPS.Key():             plenty,
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():           1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key():          1,
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key():      true,
	}
	client := dynamicconfig.StaticClient{}
	for key, value := range values {
		client[key] = []dynamicconfig.ConstrainedValue{{Value: value}}
	}
	return client
}
