package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"engaged/devstack/demo"
	"engaged/engagement"
)

// client talks to engaged over HTTP.
type client struct {
	url, key string
	http     *http.Client
}

func newClient(url, key string) *client {
	return &client{url: url, key: key, http: &http.Client{Timeout: time.Minute}}
}

// do makes a request and decodes the answer.
func (c *client) do(ctx context.Context, method, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, reader)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("%w (is engaged running? try make dev)", err)
	}
	defer response.Body.Close() // it was read
	text, err = io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// settings returns the settings that the day's engagements will pin. They are exact as long as no
// more than one version exists: of several, the first holds for what happened before it.
func (c *client) settings(ctx context.Context) ([]engagement.Settings, error) {
	var current engagement.Settings
	if err := c.do(ctx, http.MethodGet, "/v1/settings", nil, &current); err != nil {
		return nil, err
	}
	if current.Version == 0 {
		return nil, nil
	}
	return []engagement.Settings{current}, nil
}

// introduce writes the staff into the directory, so that intake knows type and group of everybody.
func (c *client) introduce(ctx context.Context, staff []demo.Member) error {
	var ignored json.RawMessage
	for _, m := range staff {
		body := map[string]string{"name": m.Name, "type": m.Type, "group_id": m.GroupID}
		if err := c.do(ctx, http.MethodPut, "/v1/directory/agents/"+url.PathEscape(m.ID), body, &ignored); err != nil {
			return err
		}
	}
	return nil
}

// page is one page of GET /v1/engagements.
type page struct {
	Data       []row  `json:"data"`
	NextCursor string `json:"next_cursor"`
}

// engagements reads the records of all engagements that began in the day's span.
func (c *client) engagements(ctx context.Context, day demo.Day, from engagement.Instant) (map[key]row, error) {
	mine := map[string]bool{}
	for _, e := range day.Events {
		mine[e.ConversationID] = true
	}
	query := url.Values{
		"started_after": {from.Add(-1).String()}, "started_before": {day.Until.String()},
		"include_expired": {"true"}, "agent_type": {"all"}, "limit": {"500"},
	}
	rows := map[key]row{}
	for {
		var p page
		if err := c.do(ctx, http.MethodGet, "/v1/engagements?"+query.Encode(), nil, &p); err != nil {
			return nil, err
		}
		for _, r := range p.Data {
			if mine[r.Conversation] {
				rows[r.key()] = r
			}
		}
		if p.NextCursor == "" {
			return rows, nil
		}
		query.Set("cursor", p.NextCursor)
	}
}
