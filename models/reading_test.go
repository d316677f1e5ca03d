package models_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/engagement"
	"engaged/models"
)

// recordedChats records n chats, c0 the oldest, a minute apart.
func recordedChats(t *testing.T, store *models.Store, n int) {
	t.Helper()
	for i := range n {
		id := fmt.Sprint("c", i)
		chat(t, store, id, time.Hour+time.Duration(n-i)*time.Minute)
		_, err := store.Record(t.Context(), recordOf(t, store, id, "t"))
		require.NoError(t, err)
	}
}

func conversationsOf(rows []models.EngagementRow) []string {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.ConversationID)
	}
	return ids
}

func TestListEngagementsPagesByStartAndID(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	recordedChats(t, store, 5)
	filter := models.EngagementFilter{OrganizationID: organization, Limit: 2}
	var all []string
	for {
		page, err := store.ListEngagements(t.Context(), filter)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		all = append(all, conversationsOf(page)...)
		last := page[len(page)-1]
		id, err := engagement.ParseID(last.ID)
		require.NoError(t, err)
		filter.After = &models.EngagementCursor{StartedAt: engagement.At(last.StartedAt), ID: id}
	}
	require.Equal(t, []string{"c0", "c1", "c2", "c3", "c4"}, all)
}

func TestListEngagementsFilters(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	recordedChats(t, store, 3)
	rows, err := store.ListEngagements(t.Context(), models.EngagementFilter{OrganizationID: organization, Limit: 10})
	require.NoError(t, err)
	second := engagement.At(rows[1].StartedAt)
	later := second.Add(30_000)
	_, err = store.Pool().Exec(t.Context(), `UPDATE engagements SET tags = '{vip,new}', queue_id = 'q1' WHERE conversation_id = 'c0'`)
	require.NoError(t, err)
	_, err = store.Pool().Exec(t.Context(), `UPDATE engagements SET expired = true WHERE conversation_id = 'c2'`)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		filter models.EngagementFilter
		want   []string
	}{
		"agent":           {models.EngagementFilter{AgentIDs: []string{"a1", "zz"}}, []string{"c0", "c1"}},
		"other agent":     {models.EngagementFilter{AgentIDs: []string{"a2"}}, nil},
		"channel":         {models.EngagementFilter{Channels: []string{"messaging"}}, []string{"c0", "c1"}},
		"expired":         {models.EngagementFilter{IncludeExpired: true}, []string{"c0", "c1", "c2"}},
		"tag":             {models.EngagementFilter{Tags: []string{"vip", "old"}}, []string{"c0"}},
		"queue":           {models.EngagementFilter{QueueIDs: []string{"q1"}}, []string{"c0"}},
		"ticket":          {models.EngagementFilter{TicketIDs: []string{"c1"}}, []string{"c1"}},
		"started after":   {models.EngagementFilter{StartedAfter: &second}, []string{"c1"}},
		"started before":  {models.EngagementFilter{StartedBefore: &second}, []string{"c0"}},
		"ended after":     {models.EngagementFilter{EndedAfter: &later}, []string{"c1"}},
		"ended before":    {models.EngagementFilter{EndedBefore: &later}, []string{"c0"}},
		"end reason":      {models.EngagementFilter{EndReasons: []string{"agent_closed_conversation"}}, []string{"c0", "c1"}},
		"other tenant":    {models.EngagementFilter{OrganizationID: "other"}, nil},
		"by conversation": {models.EngagementFilter{ConversationIDs: []string{"c1"}, AgentTypes: []string{"human"}}, []string{"c1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.filter.OrganizationID == "" {
				c.filter.OrganizationID = organization
			}
			c.filter.Limit = 10
			rows, err := store.ListEngagements(t.Context(), c.filter)
			require.NoError(t, err)
			require.Equal(t, c.want, conversationsOf(rows))
		})
	}
}

func TestOpenEngagementsFilters(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	appendEvents(t, store, event("c1", "1", engagement.AgentAssigned, time.Hour))
	c, err := store.LoadConversation(t.Context(), subject("c1"))
	require.NoError(t, err)
	leg := engagement.Fold(nil, c.Carry, c.Entries, 0).Open
	leg.Tags = []string{"vip"}
	require.NoError(t, store.Project(t.Context(), models.Live{Subject: subject("c1"), Seen: 1, Open: leg, Channel: "messaging", TicketID: "c1"}))
	now := engagement.At(time.Now())
	for name, c := range map[string]struct {
		filter models.EngagementFilter
		want   int
	}{
		"agent type": {models.EngagementFilter{AgentTypes: []string{"human"}}, 1},
		"bot":        {models.EngagementFilter{AgentTypes: []string{"bot"}}, 0},
		"ended":      {models.EngagementFilter{EndedAfter: &now}, 0},
		"older than": {models.EngagementFilter{StartedBefore: &now}, 1},
		"tag":        {models.EngagementFilter{Tags: []string{"vip"}}, 1},
		"other tag":  {models.EngagementFilter{Tags: []string{"new"}}, 0},
		"tenant":     {models.EngagementFilter{OrganizationID: "other"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if c.filter.OrganizationID == "" {
				c.filter.OrganizationID = organization
			}
			c.filter.Limit = 10
			open, err := store.OpenEngagements(t.Context(), c.filter)
			require.NoError(t, err)
			require.Len(t, open, c.want)
		})
	}
	stats, err := store.LogStats(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(1), stats.OpenEngagements)
	require.Equal(t, int64(1), stats.Backlog)
	require.Positive(t, stats.BacklogAge)
}

func TestKeysAreShownOnceAndFoundByPrefix(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	key, row, err := store.CreateAPIKey(t.Context(), "fresh", "dialer", []string{"events:write", "reports:read"})
	require.NoError(t, err)
	prefix, ok := models.KeyPrefix(key)
	require.True(t, ok)
	found, err := store.FindAPIKey(t.Context(), prefix)
	require.NoError(t, err)
	hash := sha256.Sum256([]byte(key))
	require.Equal(t, hash[:], found.Hash)
	require.Equal(t, models.TextArray{"events:write", "reports:read"}, found.Scopes)
	require.Equal(t, row.Prefix, found.Prefix)
	require.NoError(t, store.RevokeAPIKey(t.Context(), prefix))
	require.ErrorIs(t, store.RevokeAPIKey(t.Context(), prefix), models.ErrNotFound)
	revoked, err := store.FindAPIKey(t.Context(), prefix)
	require.NoError(t, err)
	require.NotNil(t, revoked.RevokedAt)
	keys, err := store.ListAPIKeys(t.Context(), organization)
	require.NoError(t, err)
	require.Empty(t, keys)
	for _, text := range []string{"", "eng_", "eng_abc_def", key + "x", "x" + key} {
		_, ok := models.KeyPrefix(text)
		require.False(t, ok, text)
	}
	_, err = store.FindAPIKey(t.Context(), "nothing")
	require.ErrorIs(t, err, models.ErrNotFound)
}

func TestSettingsAreImmutableVersions(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	none, err := store.CurrentSettings(t.Context(), organization)
	require.NoError(t, err)
	require.Zero(t, none.Version)
	audit := models.Audit{OrganizationID: organization, Actor: "key:1", Action: "settings.put", Subject: "settings"}
	period := engagement.Millis(300_000)
	none.Defaults.InactivityPeriod = &period
	one, err := store.AddSettings(t.Context(), none, audit)
	require.NoError(t, err)
	require.Equal(t, 1, one.Version)
	_, err = store.AddSettings(t.Context(), none, audit)
	require.ErrorIs(t, err, models.ErrConflict)
	two, err := store.AddSettings(t.Context(), one, audit)
	require.NoError(t, err)
	require.Greater(t, two.EffectiveFrom, one.EffectiveFrom)
	for at, want := range map[engagement.Instant][]engagement.Settings{
		one.EffectiveFrom - 1: {one.Settings, two.Settings},
		two.EffectiveFrom:     {two.Settings},
	} {
		versions, err := store.SettingsFrom(t.Context(), organization, at)
		require.NoError(t, err)
		require.Equal(t, want, versions)
	}
	require.Equal(t, 2, count(t, store, "audit_log"))
	other, err := store.SettingsFrom(t.Context(), "other", 0)
	require.NoError(t, err)
	require.Empty(t, other)
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	store := openStore(t)
	for _, id := range []string{"b", "a", "c"} {
		require.NoError(t, store.PutDirectoryEntry(t.Context(), models.DirectoryEntry{OrganizationID: organization, Kind: "queue", ID: id, Name: "x"}))
	}
	require.NoError(t, store.PutDirectoryEntry(t.Context(), models.DirectoryEntry{OrganizationID: organization, Kind: "queue", ID: "a", Name: "y"}))
	list, err := store.ListDirectory(t.Context(), organization, "queue", "a", 10)
	require.NoError(t, err)
	require.Equal(t, []string{"b", "c"}, slices.Collect(func(yield func(string) bool) {
		for _, e := range list {
			yield(e.ID)
		}
	}))
	a, err := store.DirectoryEntry(t.Context(), organization, "queue", "a")
	require.NoError(t, err)
	require.Equal(t, "y", a.Name)
	_, err = store.DirectoryEntry(t.Context(), "other", "queue", "a")
	require.ErrorIs(t, err, models.ErrNotFound)
	require.NoError(t, store.DeleteDirectoryEntry(t.Context(), organization, "queue", "a"))
	require.ErrorIs(t, store.DeleteDirectoryEntry(t.Context(), organization, "queue", "a"), models.ErrNotFound)
}
