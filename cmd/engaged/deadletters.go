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

// deadLettersCommand shows and redrives what was given up.
type deadLettersCommand struct {
	List    deadLettersList    `cmd:"" help:"List entries that were given up, with the reason; exits with 1 if there are some."`
	Redrive deadLettersRedrive `cmd:"" help:"Try them again, once the cause is mended."`
}

// letterPage is how many dead letters are read at once.
const letterPage = 500

type deadLettersList struct {
	Organization string `name:"organization" placeholder:"ID" group:"command" help:"Only this organization."`

	config.Offline
}

// Run lists dead letters.
func (c deadLettersList) Run(ctx context.Context, env environment) error {
	store, err := openOffline(ctx, c.Offline, env)
	if err != nil {
		return err
	}
	defer store.Close()
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ORGANIZATION\tCONVERSATION OR TASK\tNUMBER\tTYPE\tEVENT\tKIND\tSINCE\tREASON")
	dead := 0
	err = eachDeadLetter(ctx, store, c.Organization, func(d models.DeadLetter) error {
		dead++
		_, err := fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", d.OrganizationID, d.ConversationID, d.Number, d.Type, d.EventID,
			d.Kind, d.CreatedAt.UTC().Format(time.RFC3339), d.Reason)
		return err
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if dead > 0 {
		return &outcome{"there are dead letters"}
	}
	return nil
}

type deadLettersRedrive struct {
	Organization string `name:"organization" placeholder:"ID" group:"command" help:"Only this organization."`
	Conversation string `name:"conversation" placeholder:"ID" group:"command" help:"Only this conversation, or this delivery task by its id."`

	config.Offline
}

// Run drives dead letters again.
func (c deadLettersRedrive) Run(ctx context.Context, env environment) error {
	store, err := openOffline(ctx, c.Offline, env)
	if err != nil {
		return err
	}
	defer store.Close()
	driven := 0
	err = eachDeadLetter(ctx, store, c.Organization, func(d models.DeadLetter) error {
		if c.Conversation != "" && d.ConversationID != c.Conversation {
			return nil
		}
		err := store.Redrive(ctx, d.Subject, d.Number)
		if errors.Is(err, models.ErrNotFound) {
			// Somebody else was faster.
			return nil
		}
		driven++
		return err
	})
	fmt.Fprintf(env.stdout, "%d entries are driven again.\n", driven)
	return err
}

// eachDeadLetter visits all dead letters, page by page.
func eachDeadLetter(ctx context.Context, store *models.Store, organization string, visit func(models.DeadLetter) error) error {
	var last models.DeadLetter
	for {
		page, err := store.ListDeadLetters(ctx, organization, last, letterPage)
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := visit(d); err != nil {
				return err
			}
			last = d
		}
		if len(page) < letterPage {
			return nil
		}
	}
}
