package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"engaged/cmd/engaged/config"
	"engaged/models"
)

// migrateCommand changes the schema.
type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Apply every pending step. Safe to run by several processes at once."`
	Down   migrateDown   `cmd:"" help:"Take the newest step back. Its tables and their data are gone."`
	Status migrateStatus `cmd:"" help:"List the steps and when they were applied; exits with 1 if some are pending."`
}

type migrateUp struct{ config.Offline }

// Run applies every pending step.
func (c migrateUp) Run(ctx context.Context, env environment) error {
	applied, err := models.Migrate(ctx, c.Database.URL)
	printMigrations(env, "applied", applied)
	if err != nil {
		return err
	}
	latest, err := models.LatestVersion()
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "The schema is at version %d, the newest.\n", latest)
	return nil
}

type migrateDown struct {
	Yes bool `name:"yes" group:"command" help:"Confirm that data may be lost."`

	config.Offline
}

// Validate returns everything that is wrong with the settings.
func (c migrateDown) Validate() config.Problems {
	problems := c.Offline.Validate()
	if !c.Yes {
		problems = append(problems, config.Problem{Flag: "yes", Reason: "required: taking a step back loses the data of its tables"})
	}
	return problems
}

// Run takes the newest step back.
func (c migrateDown) Run(ctx context.Context, env environment) error {
	undone, err := models.MigrateDown(ctx, c.Database.URL)
	printMigrations(env, "taken back", undone)
	return err
}

type migrateStatus struct{ config.Offline }

// Run lists the steps.
func (c migrateStatus) Run(ctx context.Context, env environment) error {
	all, err := models.MigrationStatus(ctx, c.Database.URL)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "VERSION\tSTEP\tAPPLIED")
	pending := 0
	for _, m := range all {
		applied := "pending"
		if m.AppliedAt.IsZero() {
			pending++
		} else {
			applied = m.AppliedAt.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\n", m.Version, m.Name, applied)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if pending > 0 {
		return errors.New("the schema is not up to date; run \"engaged migrate up\"")
	}
	return nil
}

func printMigrations(env environment, what string, migrations []models.Migration) {
	for _, m := range migrations {
		fmt.Fprintf(env.stdout, "%s: %d %s\n", what, m.Version, m.Name)
	}
}
