package config

import (
	"net"
	"os"
	"slices"
	"strings"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

// Temporal is the cluster that runs the workflows. Whatever is not set comes from the profile, as
// for Temporal's own command line tool; TEMPORAL_* variables not named here (certificates as data,
// gRPC metadata, codec) hold too.
type Temporal struct {
	// Address is host:port of the frontend; default: the profile's, else localhost:7233.
	Address string `name:"temporal-address" env:"TEMPORAL_ADDRESS" placeholder:"HOST:PORT" help:"Frontend of the Temporal cluster. By default the profile's, else localhost:7233."`
	// Namespace defaults to the profile's, else "default".
	Namespace string `name:"temporal-namespace" env:"TEMPORAL_NAMESPACE" placeholder:"NAME" help:"Namespace. By default the profile's, else \"default\"."`
	// TaskQueue is polled by the workers and named in every start; default engaged.
	TaskQueue string `name:"temporal-task-queue" env:"ENGAGED_TASK_QUEUE" default:"engaged" placeholder:"NAME" help:"Task queue of the engagement workflows; API and worker must agree on it."`
	// APIKey authenticates with Temporal Cloud; TLS is then on.
	APIKey string `name:"temporal-api-key" env:"TEMPORAL_API_KEY" placeholder:"KEY" help:"API key of Temporal Cloud; switches TLS on."`
	// TLS is true or false; empty: on if certificates or an API key are given.
	TLS string `name:"temporal-tls" env:"TEMPORAL_TLS" placeholder:"BOOL" help:"true or false. By default on where certificates or an API key are given."`
	// ClientCert and ClientKey are PEM files for mutual TLS; both or neither.
	ClientCert string `name:"temporal-tls-client-cert-path" env:"TEMPORAL_TLS_CLIENT_CERT_PATH" placeholder:"FILE" help:"Client certificate (PEM) for mutual TLS."`
	ClientKey  string `name:"temporal-tls-client-key-path" env:"TEMPORAL_TLS_CLIENT_KEY_PATH" placeholder:"FILE" help:"Key of the client certificate (PEM)."`
	// ServerCA is a PEM file with the authority of the server's certificate; default: the system's.
	ServerCA string `name:"temporal-tls-server-ca-cert-path" env:"TEMPORAL_TLS_SERVER_CA_CERT_PATH" placeholder:"FILE" help:"Authority (PEM) of the server's certificate, instead of the system's."`
	// ServerName is the name to expect in the server's certificate; default: the host's.
	ServerName string `name:"temporal-tls-server-name" env:"TEMPORAL_TLS_SERVER_NAME" placeholder:"NAME" help:"Name to expect in the server's certificate, instead of the address."`
	// ConfigFile and Profile name a file of profiles and the one to use.
	ConfigFile string `name:"temporal-config-file" env:"TEMPORAL_CONFIG_FILE" placeholder:"FILE" help:"TOML file of connection profiles, shared with the temporal command. By default temporalio/temporal.toml in the user's configuration directory."`
	Profile    string `name:"temporal-profile" env:"TEMPORAL_PROFILE" placeholder:"NAME" help:"Profile of that file. By default the one named default, if there is one."`
	// Compression is auto (default: gzip, but none to loopback), gzip or none.
	Compression string `name:"temporal-compression" env:"ENGAGED_TEMPORAL_COMPRESSION" default:"auto" placeholder:"KIND" help:"gzip, none, or auto: gzip unless Temporal is on this machine, where it would only cost time."`
}

// Validate returns everything that is wrong with the group, files and profile included.
func (t Temporal) Validate() Problems {
	var c check
	if t.Address != "" {
		_, port, err := net.SplitHostPort(t.Address)
		c.that(err == nil && port != "", "temporal-address", "TEMPORAL_ADDRESS",
			"%q is not host:port, such as localhost:7233", t.Address)
	}
	c.that(t.TaskQueue != "", "temporal-task-queue", "ENGAGED_TASK_QUEUE", "must not be empty")
	c.that(slices.Contains([]string{"", "true", "false", "1", "0"}, strings.ToLower(t.TLS)), "temporal-tls", "TEMPORAL_TLS",
		"%q is neither true nor false", t.TLS)
	c.that((t.ClientCert == "") == (t.ClientKey == ""), "temporal-tls-client-cert-path", "TEMPORAL_TLS_CLIENT_CERT_PATH",
		"certificate and key go together; give both or neither")
	c.that(slices.Contains([]string{"auto", "gzip", "none"}, t.Compression), "temporal-compression", "ENGAGED_TEMPORAL_COMPRESSION",
		"%q is not known; use auto, gzip or none", t.Compression)
	if len(c.problems) == 0 {
		_, err := t.ClientOptions()
		c.that(err == nil, "temporal-profile", "TEMPORAL_PROFILE", "%v", err)
	}
	return c.problems
}

// ClientOptions returns how to connect, by flags, TEMPORAL_* variables and profile, in that order.
func (t Temporal) ClientOptions() (client.Options, error) {
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: t.overrides()})
	if err != nil {
		return client.Options{}, err
	}
	if options.HostPort == "" {
		options.HostPort = client.DefaultHostPort
	}
	if t.Compression == "none" || t.Compression == "auto" && Loopback(options.HostPort) {
		options.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{}
	}
	return options, nil
}

// overrides lays the flags over the environment.
func (t Temporal) overrides() envOverlay {
	return envOverlay{
		"TEMPORAL_ADDRESS":                 t.Address,
		"TEMPORAL_NAMESPACE":               t.Namespace,
		"TEMPORAL_API_KEY":                 t.APIKey,
		"TEMPORAL_TLS":                     t.TLS,
		"TEMPORAL_TLS_CLIENT_CERT_PATH":    t.ClientCert,
		"TEMPORAL_TLS_CLIENT_KEY_PATH":     t.ClientKey,
		"TEMPORAL_TLS_SERVER_CA_CERT_PATH": t.ServerCA,
		"TEMPORAL_TLS_SERVER_NAME":         t.ServerName,
		"TEMPORAL_CONFIG_FILE":             t.ConfigFile,
		"TEMPORAL_PROFILE":                 t.Profile,
	}
}

// envOverlay answers for the variables it knows and leaves the others to the environment. An empty
// variable counts as unset, so that compose files may pass through what is not set.
type envOverlay map[string]string

// Environ returns the environment's variables; only prefixes that no flag knows are looked up so.
func (envOverlay) Environ() []string { return os.Environ() }

// LookupEnv returns the flag's value if the variable has one, else the environment's.
func (o envOverlay) LookupEnv(key string) (string, bool) {
	v, known := o[key]
	if !known {
		v = os.Getenv(key)
	}
	return v, v != ""
}

// Loopback reports whether an address host:port stays on this machine.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
