package intake_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/engagement"
	"engaged/models"
)

const organization = "acme"

// openStore returns a store on a database of the test's own.
func openStore(t *testing.T) *models.Store {
	t.Helper()
	return openURL(t, devstack.Database(t))
}

func openURL(t *testing.T, url string) *models.Store {
	t.Helper()
	store, err := models.Open(t.Context(), url, models.Options{})
	require.NoError(t, err)
	t.Cleanup(store.Close)
	require.NoError(t, store.CreateOrganization(t.Context(), organization, ""))
	return store
}

func subject(id string) models.Subject {
	return models.Subject{OrganizationID: organization, ConversationID: id}
}

// message and assignment are events of a conversation now.
func message(conversation string, id int) models.Submission {
	return models.Submission{OrganizationID: organization, Event: engagement.Event{
		ID: fmt.Sprintf("m%d", id), Type: engagement.CustomerMessage, Time: engagement.At(time.Now()), ConversationID: conversation,
	}}
}

func assignment(conversation string, id int) models.Submission {
	return models.Submission{OrganizationID: organization, Event: engagement.Event{
		ID: fmt.Sprintf("a%d", id), Type: engagement.AgentAssigned, Time: engagement.At(time.Now()), ConversationID: conversation, AgentID: "a1",
	}}
}

// eventually waits for a condition that something in the background brings about.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 30*time.Second, 5*time.Millisecond)
}
