package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"engaged/devstack/demo"
	"engaged/devstack/oracle"
	"engaged/devstack/recorded"
	"engaged/engagement"
	"engaged/models"
)

// foldDay gives the records that the fold over the day's events makes, by conversation.
func foldDay(day demo.Day, settings []engagement.Settings) map[string]oracle.Records {
	records := map[string]oracle.Records{}
	for _, c := range day.Conversations() {
		records[c.Events[0].ConversationID] = oracle.FromResult(engagement.Fold(settings, engagement.State{}, c.Entries(), c.Until))
	}
	return records
}

// defaultDatabase is DATABASE_URL, else the Postgres that make dev keeps in ./.data, else "".
func defaultDatabase() string {
	if set := os.Getenv("DATABASE_URL"); set != "" {
		return set
	}
	var stack struct {
		Port     int    `json:"postgres_port"`
		Password string `json:"postgres_password"`
	}
	text, err := os.ReadFile(filepath.Join(".data", "stack.json"))
	if err != nil || json.Unmarshal(text, &stack) != nil || stack.Port == 0 {
		return ""
	}
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword("postgres", stack.Password), Path: "/engaged", RawQuery: "sslmode=disable",
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(stack.Port)),
	}
	return address.String()
}

// lastRows is how long rows that follow the last engagement, such as ratings, may take to come.
const lastRows = 30 * time.Second

// readStored reads the rows of the day's conversations from the database, as soon as they are what
// they should be or it is clear that they will not be; nil without a database.
func readStored(ctx context.Context, o options, folded map[string]oracle.Records) (map[string]oracle.Records, error) {
	if o.database == "" {
		return nil, nil //nolint:nilnil // no database is not an error
	}
	store, err := models.Open(ctx, o.database, models.Options{ApplicationName: "demo"})
	if err != nil {
		return nil, fmt.Errorf("read the records: %w", err)
	}
	defer store.Close()
	patience, cancel := context.WithTimeout(ctx, lastRows)
	defer cancel()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		all, err := recorded.Read(ctx, store.DB(), o.organization)
		if err != nil {
			return nil, fmt.Errorf("read the records: %w", err)
		}
		maps.DeleteFunc(all, func(conversation string, _ oracle.Records) bool {
			_, ours := folded[conversation]
			return !ours
		})
		if len(compareStored(folded, all)) == 0 {
			return all, nil
		}
		select {
		case <-tick.C:
		case <-patience.Done():
			return all, ctx.Err()
		}
	}
}

// compareStored lists where stored rows differ from those of the fold.
func compareStored(folded, stored map[string]oracle.Records) []string {
	if stored == nil {
		return nil
	}
	ids := slices.Sorted(maps.Keys(folded))
	want := make([]oracle.Records, len(ids))
	for i, id := range ids {
		want[i] = folded[id]
	}
	if text := recorded.Compare(want, ids, stored); text != "" {
		return strings.Split(text, "\n")
	}
	return nil
}

// counts says how many rows of the other kinds there are.
func counts(stored map[string]oracle.Records) string {
	var waits, offers, visits, ratings, closings int
	for _, r := range stored {
		for _, l := range r.Legs {
			waits += len(l.Waits)
		}
		offers, visits, ratings, closings = offers+len(r.Offers), visits+len(r.Visits), ratings+len(r.Ratings), closings+len(r.Closings)
	}
	return fmt.Sprintf("%d requester waits, %d offers, %d queue visits, %d ratings and %d closings", waits, offers, visits, ratings, closings)
}
