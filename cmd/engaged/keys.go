package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"engaged/api"
	"engaged/cmd/engaged/config"
	"engaged/models"
)

// scopes are what a key may be given.
var scopes = []string{string(api.EventsWrite), string(api.DeliveriesWrite), string(api.ReportsRead), string(api.SettingsWrite), string(api.Admin)}

// keysCommand manages API keys.
type keysCommand struct {
	Create keysCreate `cmd:"" help:"Create a key and print it. It is shown this once and stored as a hash."`
	List   keysList   `cmd:"" help:"List keys: prefix, organization, scopes, name, whether revoked."`
	Revoke keysRevoke `cmd:"" help:"Revoke a key by its prefix. Running processes notice within ten seconds."`
}

type keysCreate struct {
	Organization string   `name:"organization" placeholder:"ID" group:"command" help:"Whom the key belongs to; created if it does not exist. Required."`
	Scopes       []string `name:"scopes" placeholder:"SCOPE" group:"command" help:"What the key may do, separated by commas: events:write, deliveries:write, reports:read, settings:write, admin. Required."`
	Name         string   `name:"name" placeholder:"TEXT" group:"command" help:"What the key is for; shown by list."`
	HashIDs      bool     `name:"hash-conversation-ids" group:"command" help:"Keep conversation ids out of Temporal's workflow ids, where they may be personal data. Fixed when the organization is created."`

	config.Offline
}

// Validate returns everything that is wrong with the settings.
func (c keysCreate) Validate() config.Problems {
	problems := c.Offline.Validate()
	if !config.ValidOrganization(c.Organization) {
		problems = append(problems, config.Problem{Flag: "organization",
			Reason: fmt.Sprintf("%q: use 1 to 64 of letters, digits, dot, underscore and hyphen", c.Organization)})
	}
	if len(c.Scopes) == 0 {
		problems = append(problems, config.Problem{Flag: "scopes", Reason: "required: what the key may do, of " + strings.Join(scopes, ", ")})
	}
	for _, s := range c.Scopes {
		if !slices.Contains(scopes, s) {
			problems = append(problems, config.Problem{Flag: "scopes", Reason: fmt.Sprintf("%q is not a scope; use %s", s, strings.Join(scopes, ", "))})
		}
	}
	return problems
}

// Run creates a key.
func (c keysCreate) Run(ctx context.Context, env environment) error {
	store, err := openOffline(ctx, c.Offline, env)
	if err != nil {
		return err
	}
	defer store.Close()
	if c.HashIDs {
		err := store.CreateHashingOrganization(ctx, c.Organization)
		if errors.Is(err, models.ErrConflict) {
			return fmt.Errorf("organization %s exists with plain conversation ids in workflow ids; that is fixed when it is created", c.Organization)
		}
		if err != nil {
			return err
		}
	}
	key, row, err := store.CreateAPIKey(ctx, c.Organization, c.Name, c.Scopes)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, key)
	fmt.Fprintf(env.stderr, "Key %s of organization %s may %s. It will not be shown again.\n", row.Prefix, row.OrganizationID, strings.Join(row.Scopes, ", "))
	return nil
}

type keysList struct {
	Organization string `name:"organization" placeholder:"ID" group:"command" help:"Only keys of this organization."`

	config.Offline
}

// Run lists keys.
func (c keysList) Run(ctx context.Context, env environment) error {
	store, err := openOffline(ctx, c.Offline, env)
	if err != nil {
		return err
	}
	defer store.Close()
	keys, err := store.ListAPIKeys(ctx, c.Organization)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PREFIX\tORGANIZATION\tSCOPES\tNAME\tCREATED\tREVOKED")
	for _, k := range keys {
		revoked := ""
		if k.RevokedAt != nil {
			revoked = k.RevokedAt.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.Prefix, k.OrganizationID, strings.Join(k.Scopes, ","), k.Name,
			k.CreatedAt.UTC().Format(time.RFC3339), revoked)
	}
	return w.Flush()
}

type keysRevoke struct {
	Prefix string `arg:"" name:"prefix" help:"The key's prefix, as list shows it."`

	config.Offline
}

// Run revokes a key.
func (c keysRevoke) Run(ctx context.Context, env environment) error {
	store, err := openOffline(ctx, c.Offline, env)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.RevokeAPIKey(ctx, c.Prefix); err != nil {
		return fmt.Errorf("revoke %s: %w", c.Prefix, err)
	}
	fmt.Fprintf(env.stdout, "Key %s is revoked.\n", c.Prefix)
	return nil
}
