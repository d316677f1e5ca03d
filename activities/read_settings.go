package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/engagement"
)

// ReadSettingsInput says which versions the run knows.
type ReadSettingsInput struct {
	// OrganizationID is the tenant.
	OrganizationID string `json:"organization_id"`
	// After is the newest version known.
	After int `json:"after"`
}

var readSettings = definition[ReadSettingsInput, []engagement.Settings]{name: "ReadSettings"}

// ReadSettings reads the versions of an organization's settings that the run does not know yet.
func (a *Activities) ReadSettings(ctx context.Context, in ReadSettingsInput) ([]engagement.Settings, error) {
	s, err := a.Store.SettingsAfter(ctx, in.OrganizationID, in.After)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

// ReadSettings is the stub for workflows.
func ReadSettings(ctx workflow.Context, in ReadSettingsInput) ([]engagement.Settings, error) {
	return readSettings.call(ctx, in)
}
