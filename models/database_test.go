package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"engaged/devstack"
	"engaged/models"
)

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
