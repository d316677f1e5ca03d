package api_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/api"
	"engaged/models"
	"engaged/odata"
)

// Every example of docs/deliveries-odata.md is asked, and answers what the page shows.
func TestODataPage(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, time.Now)
	key := w.key("acme", api.Admin)
	ids := w.attempts(key, 3)
	for i, change := range []string{
		`status = 'Complete', result = 'LiveAnswer', result_core = 'CallEnded', dispositions = '{PromiseToPay,SpokeToAgent}', started_at = '2026-03-02T15:01:00.12Z'`,
		`status = 'Complete', result = 'Busy', result_core = 'CallFailed', started_at = '2026-03-02T15:02:00.12Z'`,
		`status = 'Pending'`,
	} {
		_, err := w.store.Pool().Exec(t.Context(), `UPDATE deliveries SET `+change+`, created_at = '2026-03-02T15:00:00Z'::timestamptz + $1 * interval '1 s' WHERE id = $2`, i, ids[i])
		require.NoError(t, err)
	}
	e := examples{named: []string{"$DELIVERY", ids[0]}}
	w.follow(key, "deliveries-odata.md", "", "", &e)
	require.Equal(t, []int{8, 6}, []int{e.asked, e.shown})
}

// The page tells what every column holds.
func TestODataPageNamesEveryColumn(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/deliveries-odata.md")
	require.NoError(t, err)
	documented := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		var last string
		cell := strings.Split(line, "|")
		if len(cell) < 3 {
			continue
		}
		for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cell[1], -1) {
			if name[1] == "_ms" {
				documented[last+"_ms"] = true
				continue
			}
			last = name[1]
			documented[last] = true
		}
	}
	tables := models.ODataTablesOf(models.OrganizationSettings{})
	for _, table := range []*odata.Entity{tables.Deliveries, tables.Attributes} {
		for _, p := range table.Properties {
			require.True(t, documented[p.Name], p.Name)
		}
	}
}
