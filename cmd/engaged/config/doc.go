// Package config is the settings of an engaged process: every one is a flag and an environment
// variable, described once, here, in the tags of its field. The help text, the table in
// docs/operations.md and the check at start are made from these structs.
//
// Owns: names, defaults, descriptions and validation of settings; the flags parser.
//
// Does not own: settings of an organization (inactivity, schedules, ...), which are data behind
// /v1/settings.
package config
