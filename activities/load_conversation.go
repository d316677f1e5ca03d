package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"engaged/models"
)

var loadConversation = definition[models.Subject, models.Conversation]{name: "LoadConversation"}

// LoadConversation reads the carry, the entries that no finished run has folded and the settings:
// what a run begins with.
func (a *Activities) LoadConversation(ctx context.Context, subject models.Subject) (models.Conversation, error) {
	c, err := a.Store.LoadConversation(ctx, subject)
	if err != nil {
		return models.Conversation{}, fmt.Errorf("load conversation: %w", err)
	}
	return c, nil
}

// LoadConversation is the stub for workflows.
func LoadConversation(ctx workflow.Context, subject models.Subject) (models.Conversation, error) {
	return loadConversation.call(ctx, subject)
}
