package config

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

// grammar is a command line with a command of each kind.
type grammar struct {
	Serve  struct{ Settings }   `cmd:""`
	API    struct{ API }        `cmd:"" name:"api"`
	Worker struct{ WorkerOnly } `cmd:""`
	Tool   struct{ Offline }    `cmd:""`
}

func parse(t *testing.T, args ...string) (*grammar, error) {
	t.Helper()
	g := &grammar{}
	p, err := NewParser(g, kong.Name("engaged"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	require.NoError(t, err)
	_, err = p.Parse(args)
	return g, err
}

// clean takes every variable of the settings out of the environment for a test.
func clean(t *testing.T) {
	t.Helper()
	p, err := NewParser(&grammar{})
	require.NoError(t, err)
	for _, command := range p.Model().Leaves(false) {
		for _, flags := range command.AllFlags(false) {
			for _, f := range flags {
				for _, env := range f.Envs {
					t.Setenv(env, "")
					require.NoError(t, os.Unsetenv(env))
				}
			}
		}
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
}

const database = "postgres://engaged:secret@localhost:5432/engaged"

func TestDefaults(t *testing.T) {
	clean(t)
	g, err := parse(t, "serve", "--database-url", database)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", g.Serve.HTTP.Listen)
	require.Equal(t, 25*time.Second, g.Serve.HTTP.ShutdownTimeout)
	require.Equal(t, "engaged", g.Serve.Temporal.TaskQueue)
	require.Empty(t, g.Serve.Development.Key)
}

func TestFlagOutranksVariable(t *testing.T) {
	clean(t)
	t.Setenv("DATABASE_URL", database)
	t.Setenv("ENGAGED_LISTEN", "0.0.0.0:80")
	t.Setenv("ENGAGED_DISPATCHERS", "7")
	g, err := parse(t, "serve", "--listen", "127.0.0.1:81")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:81", g.Serve.HTTP.Listen)
	require.Equal(t, 7, g.Serve.Intake.Dispatchers)
	require.Equal(t, database, g.Serve.Database.URL)
}

func TestAllProblemsAtOnce(t *testing.T) {
	clean(t)
	t.Setenv("ENGAGED_DISPATCHERS", "many")
	t.Setenv("ENGAGED_SHUTDOWN_TIMEOUT", "soon")
	_, err := parse(t, "serve", "--database-url", "postgres://engaged:secret@:bad:/x", "--listen", "0.0.0.0:8080",
		"--log-level", "loud", "--dev-key", "dev-key", "--temporal-address", "temporal", "--trace-sample-ratio", "2")

	var problems Problems
	require.ErrorAs(t, err, &problems)
	var flags []string
	for _, p := range problems {
		flags = append(flags, p.Flag)
	}
	require.ElementsMatch(t, []string{
		"dispatchers", "shutdown-timeout", "database-url", "log-level", "dev-key", "temporal-address", "trace-sample-ratio",
	}, flags)
	require.ErrorContains(t, err, "7 settings are wrong")
	require.ErrorContains(t, err, `--dispatchers (ENGAGED_DISPATCHERS): "many" is not a whole number`)
	require.ErrorContains(t, err, `--shutdown-timeout (ENGAGED_SHUTDOWN_TIMEOUT): "soon" is not a duration`)
	require.NotContains(t, err.Error(), "secret", "no password in a message")
}

func TestProblemsOfOtherCommandsDoNotMatter(t *testing.T) {
	clean(t)
	t.Setenv("ENGAGED_WORKER_POLLERS", "many")
	_, err := parse(t, "tool", "--database-url", database)
	require.NoError(t, err)
	_, err = parse(t, "worker", "--database-url", database)
	require.ErrorContains(t, err, "a setting is wrong")
}

func TestEachProblem(t *testing.T) {
	clean(t)
	ok := []string{"serve", "--database-url", database}
	tests := map[string]struct {
		args []string
		want string
	}{
		"AcceptTimeout":         {[]string{"--accept-timeout=2h"}, "--accept-timeout (ENGAGED_ACCEPT_TIMEOUT)"},
		"CertificateWithoutKey": {[]string{"--temporal-tls-client-cert-path=x"}, "certificate and key go together"},
		"Compression":           {[]string{"--temporal-compression=zstd"}, "use auto, gzip or none"},
		"DevOrganization":       {[]string{"--dev-key=dev-key", "--dev-organization=a/b"}, "--dev-organization"},
		"DrainDelay":            {[]string{"--drain-delay=-1s"}, "--drain-delay"},
		"LogFormat":             {[]string{"--log-format=xml"}, "use json or text"},
		"MissingCertificate":    {[]string{"--temporal-tls-client-cert-path=/nowhere", "--temporal-tls-client-key-path=/nowhere"}, "invalid TLS config"},
		"MissingProfile":        {[]string{"--temporal-profile=nowhere"}, "unable to find profile nowhere"},
		"OTLPEndpoint":          {[]string{"--otlp-endpoint=collector"}, "--otlp-endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)"},
		"PublicURL":             {[]string{"--public-url=engaged"}, "--public-url"},
		"Rate":                  {[]string{"--requests-per-second=-1"}, "--requests-per-second"},
		"TLS":                   {[]string{"--temporal-tls=perhaps"}, "neither true nor false"},
		"TaskQueue":             {[]string{"--temporal-task-queue="}, "--temporal-task-queue"},
		"UnknownFlag":           {[]string{"--lisen=x"}, "unknown flag --lisen"},
		"Visibility":            {[]string{"--visibility-days=0"}, "--visibility-days"},
		"Capacity":              {[]string{"--capacity-validity=11m"}, "--capacity-validity"},
		"WebhookKeys":           {[]string{"--webhook-secret-keys=AAAA"}, "--webhook-secret-keys (ENGAGED_WEBHOOK_SECRET_KEYS): one of them is none: a key is the base64 of 32 bytes"},
		"Webhooks":              {[]string{"--webhook-senders=-1", "--webhook-per-endpoint=0", "--webhook-disable-after=1s", "--webhook-log-days=0"}, "4 settings are wrong"},
		"Worker":                {[]string{"--worker-concurrency=1", "--worker-pollers=1", "--worker-cached-runs=0"}, "3 settings are wrong"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parse(t, append(ok, test.args...)...)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestTemporalClientOptions(t *testing.T) {
	clean(t)
	profiles := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(profiles, []byte("[profile.cloud]\naddress = \"a.b.tmprl.cloud:7233\"\nnamespace = \"a.b\"\napi_key = \"k\"\n"), 0o600))

	t.Run("Default", func(t *testing.T) {
		o, err := Temporal{Compression: "auto"}.ClientOptions()
		require.NoError(t, err)
		require.Equal(t, "localhost:7233", o.HostPort)
		require.IsType(t, &client.GrpcCompressionNone{}, o.ConnectionOptions.GrpcCompression, "no gzip to this machine")
	})
	t.Run("FlagOutranksProfile", func(t *testing.T) {
		o, err := Temporal{ConfigFile: profiles, Profile: "cloud", Namespace: "other", Compression: "auto"}.ClientOptions()
		require.NoError(t, err)
		require.Equal(t, "a.b.tmprl.cloud:7233", o.HostPort)
		require.Equal(t, "other", o.Namespace)
		require.NotNil(t, o.Credentials)
		require.NotNil(t, o.ConnectionOptions.TLS, "an API key switches TLS on")
		require.Nil(t, o.ConnectionOptions.GrpcCompression, "the SDK's default, gzip")
	})
	t.Run("VariablesWithoutFlag", func(t *testing.T) {
		t.Setenv("TEMPORAL_GRPC_META_TENANT", "x")
		o, err := Temporal{Address: "temporal:7233", Compression: "none"}.ClientOptions()
		require.NoError(t, err)
		require.NotNil(t, o.HeadersProvider)
		require.IsType(t, &client.GrpcCompressionNone{}, o.ConnectionOptions.GrpcCompression)
	})
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:1": true, "127.8.0.1:1": true, "[::1]:1": true, "localhost:1": true,
		"0.0.0.0:1": false, ":1": false, "[::]:1": false, "10.0.0.1:1": false, "engaged:1": false, "127.0.0.1": false,
	} {
		require.Equal(t, want, Loopback(address), address)
	}
}
