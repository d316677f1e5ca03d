package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/engagement"
)

// ReadSettingsInput says which versions the run needs.
type ReadSettingsInput struct {
	// OrganizationID is the tenant.
	OrganizationID string `json:"organization_id"`
	// From is the earliest instant that the run may ask for.
	From engagement.Instant `json:"from"`
}

var readSettings = definition[ReadSettingsInput, []engagement.Settings]{name: "ReadSettings"}

// ReadSettings reads the version of an organization's settings that was current at an instant, and
// those after it.
func (a *Activities) ReadSettings(ctx context.Context, in ReadSettingsInput) ([]engagement.Settings, error) {
	s, err := a.Store.SettingsFrom(ctx, in.OrganizationID, in.From)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

// ReadSettings is the stub for workflows.
func ReadSettings(ctx workflow.Context, in ReadSettingsInput) ([]engagement.Settings, error) {
	return readSettings.call(ctx, in)
}
