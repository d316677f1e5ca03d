package config

// Settings are all settings of a process that serves API and worker. The subcommands api and
// worker take the groups they need.
type Settings struct {
	Database    Database    `embed:"" group:"database"`
	Temporal    Temporal    `embed:"" group:"temporal"`
	HTTP        HTTP        `embed:"" group:"http"`
	Intake      Intake      `embed:"" group:"intake"`
	Reports     Reports     `embed:"" group:"reports"`
	Worker      Worker      `embed:"" group:"worker"`
	Webhooks    Webhooks    `embed:"" group:"webhooks"`
	Log         Log         `embed:"" group:"log"`
	Tracing     Tracing     `embed:"" group:"tracing"`
	Development Development `embed:"" group:"development"`
}

// API are the settings of a process that serves the API only.
type API struct {
	Database    Database    `embed:"" group:"database"`
	Temporal    Temporal    `embed:"" group:"temporal"`
	HTTP        HTTP        `embed:"" group:"http"`
	Intake      Intake      `embed:"" group:"intake"`
	Reports     Reports     `embed:"" group:"reports"`
	Webhooks    Webhooks    `embed:"" group:"webhooks"`
	Log         Log         `embed:"" group:"log"`
	Tracing     Tracing     `embed:"" group:"tracing"`
	Development Development `embed:"" group:"development"`
}

// WorkerOnly are the settings of a process that serves the worker only.
type WorkerOnly struct {
	Database Database `embed:"" group:"database"`
	Temporal Temporal `embed:"" group:"temporal"`
	Health   Health   `embed:"" group:"http"`
	Worker   Worker   `embed:"" group:"worker"`
	Webhooks Webhooks `embed:"" group:"webhooks"`
	Log      Log      `embed:"" group:"log"`
	Tracing  Tracing  `embed:"" group:"tracing"`
}

// Offline are the settings of the commands that need nothing but Postgres.
type Offline struct {
	Database Database `embed:"" group:"database"`
	Log      Log      `embed:"" group:"log"`
}

// Validate returns everything that is wrong with the settings.
func (s Settings) Validate() Problems {
	problems := join(s.Database, s.Temporal, s.HTTP, s.Intake, s.Reports, s.Worker, s.Webhooks, s.Log, s.Tracing)
	return append(problems, s.Development.validate(s.HTTP.Listen)...)
}

// Validate returns everything that is wrong with the settings.
func (s API) Validate() Problems {
	problems := join(s.Database, s.Temporal, s.HTTP, s.Intake, s.Reports, s.Webhooks, s.Log, s.Tracing)
	return append(problems, s.Development.validate(s.HTTP.Listen)...)
}

// Validate returns everything that is wrong with the settings.
func (s WorkerOnly) Validate() Problems {
	return join(s.Database, s.Temporal, s.Health, s.Worker, s.Webhooks, s.Log, s.Tracing)
}

// Validate returns everything that is wrong with the settings.
func (s Offline) Validate() Problems { return join(s.Database, s.Log) }

// Groups are the titles under which --help and docs/operations.md list the settings, in order.
var Groups = []struct{ Key, Title string }{
	{"command", "This command"},
	{"database", "Postgres"},
	{"temporal", "Temporal"},
	{"http", "HTTP"},
	{"intake", "Event log and dispatch"},
	{"reports", "Reports"},
	{"worker", "Worker"},
	{"webhooks", "Webhooks"},
	{"log", "Logging"},
	{"tracing", "Tracing"},
	{"development", "Development only"},
}
