package devstack_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"engaged/cmd/engaged/config"
	"engaged/devstack/internal/gobuild"
)

// grammar has the long-running commands with the very settings that cmd/engaged gives them.
type grammar struct {
	Serve   struct{ config.Settings }   `cmd:""`
	API     struct{ config.API }        `cmd:"" name:"api"`
	Worker  struct{ config.WorkerOnly } `cmd:""`
	Migrate struct {
		Up struct{ config.Offline } `cmd:""`
	} `cmd:""`
}

// loadCompose reads docker-compose.yml as docker compose would, without the caller's environment.
func loadCompose(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../docker-compose.yml"})
	require.NoError(t, err)
	project, err := options.LoadProject(t.Context())
	require.NoError(t, err)
	return project
}

// ours are the services that run our image.
func ours(project *types.Project) []types.ServiceConfig {
	var services []types.ServiceConfig
	for _, service := range project.Services {
		if service.Build != nil {
			services = append(services, service)
		}
	}
	return services
}

// variables returns the name of each variable that a struct of settings reads, by reflection over its tags.
func variables(settings reflect.Type) []string {
	var names []string
	for i := range settings.NumField() {
		field := settings.Field(i)
		if name := field.Tag.Get("env"); name != "" {
			names = append(names, name)
		}
		if field.Type.Kind() == reflect.Struct && field.Type != reflect.TypeFor[time.Time]() {
			names = append(names, variables(field.Type)...)
		}
	}
	return names
}

// settingsOf are the settings of a command, by its first word.
var settingsOf = map[string]reflect.Type{
	"serve":   reflect.TypeFor[config.Settings](),
	"api":     reflect.TypeFor[config.API](),
	"worker":  reflect.TypeFor[config.WorkerOnly](),
	"migrate": reflect.TypeFor[config.Offline](),
}

// shared are variables that every service of ours gets, whether its command reads them or not.
var shared = []string{"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}

func TestComposeCommandsExist(t *testing.T) {
	t.Parallel()
	binary, err := gobuild.Build(t.Context(), "./cmd/engaged", io.Discard)
	require.NoError(t, err)
	services := ours(loadCompose(t))
	require.Len(t, services, 3, "migrate, api and worker")
	for _, service := range services {
		t.Run(service.Name, func(t *testing.T) {
			t.Parallel()
			output, err := exec.CommandContext(t.Context(), binary, append(slices.Clone(service.Command), "--help")...).CombinedOutput()
			require.NoError(t, err, "%s", output)
			require.Contains(t, string(output), "engaged "+strings.Join(service.Command, " "), "the help of another command")
		})
	}
}

func TestComposeDependsOnServicesThatSayWhenTheyAreReady(t *testing.T) {
	t.Parallel()
	project := loadCompose(t)
	for _, service := range project.Services {
		for name, dependency := range service.DependsOn {
			other, err := project.GetService(name)
			require.NoError(t, err)
			switch dependency.Condition {
			case types.ServiceConditionHealthy:
				require.NotNil(t, other.HealthCheck, "%s waits for the health of %s", service.Name, name)
			case types.ServiceConditionCompletedSuccessfully:
				require.Contains(t, []string{"", "no"}, other.Restart, "%s waits for the end of %s", service.Name, name)
			default:
				t.Errorf("%s does not say what it waits for of %s", service.Name, name)
			}
		}
	}
}

func TestComposeHealthChecksAskWhereTheProcessListens(t *testing.T) {
	t.Parallel()
	project := loadCompose(t)
	for name, variable := range map[string]string{"api": "ENGAGED_LISTEN", "worker": "ENGAGED_HEALTH_LISTEN"} {
		service, err := project.GetService(name)
		require.NoError(t, err)
		require.NotNil(t, service.Environment[variable])
		host, port, err := net.SplitHostPort(*service.Environment[variable])
		require.NoError(t, err)
		require.Equal(t, "0.0.0.0", host, "another container must reach it")
		require.Contains(t, service.HealthCheck.Test, "http://127.0.0.1:"+port+"/readyz")
		for _, published := range service.Ports {
			require.Equal(t, port, published.Published)
		}
	}
}

func TestComposeImagesArePinned(t *testing.T) {
	t.Parallel()
	for _, service := range loadCompose(t).Services {
		_, tag, found := strings.Cut(service.Image, ":")
		require.True(t, found && tag != "latest", "%s runs %s", service.Name, service.Image)
	}
}

func TestComposePublishesPortsOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, service := range loadCompose(t).Services {
		for _, port := range service.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, service.Name)
		}
	}
}

func TestComposeStopsLaterThanTheProcessWouldByItself(t *testing.T) {
	t.Parallel()
	for _, service := range ours(loadCompose(t)) {
		require.NotNil(t, service.StopGracePeriod, service.Name)
		var shutdown time.Duration
		for _, variable := range []string{"ENGAGED_DRAIN_DELAY", "ENGAGED_SHUTDOWN_TIMEOUT"} {
			if value := service.Environment[variable]; value != nil {
				duration, err := time.ParseDuration(*value)
				require.NoError(t, err)
				shutdown += duration
			}
		}
		require.Greater(t, time.Duration(*service.StopGracePeriod), shutdown, service.Name)
	}
}

// Not parallel: it sets variables of the process, as compose does for the containers.
func TestComposeVariablesAreSettingsWithGoodValues(t *testing.T) {
	for _, service := range ours(loadCompose(t)) {
		t.Run(service.Name, func(t *testing.T) {
			known := append(variables(settingsOf[service.Command[0]]), shared...)
			for name, value := range service.Environment {
				require.Contains(t, known, name, "%s is no setting of engaged %s", name, service.Command[0])
				require.NotNil(t, value, "%s has no value", name)
				t.Setenv(name, *value)
			}
			parser, err := config.NewParser(&grammar{}, kong.Name("engaged"), kong.Writers(io.Discard, io.Discard))
			require.NoError(t, err)
			_, err = parser.Parse(service.Command)
			require.NoError(t, err)
		})
	}
}

func TestDockerfileBuildsAStaticBinaryForAnUnprivilegedUser(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join("..", "Dockerfile"))
	require.NoError(t, err)
	module, err := os.ReadFile(filepath.Join("..", "go.mod"))
	require.NoError(t, err)
	version := strings.Fields(strings.SplitAfter(string(module), "\ngo ")[1])[0]
	text := string(content)
	require.Contains(t, text, "FROM golang:"+version+"-", "the image has the Go version of go.mod")
	require.Contains(t, text, "CGO_ENABLED=0")
	require.Regexp(t, `(?m)^USER [1-9]\d*`, text, "a number, so that the platform can see it is not root")
	for _, listen := range []string{
		reflect.TypeFor[config.HTTP]().Field(0).Tag.Get("default"),
		reflect.TypeFor[config.Health]().Field(0).Tag.Get("default"),
	} {
		_, port, err := net.SplitHostPort(listen)
		require.NoError(t, err)
		require.Regexp(t, `(?m)^EXPOSE .*\b`+port+`\b`, text)
	}
}
