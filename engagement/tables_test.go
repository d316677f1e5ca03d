package engagement

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChannelOf(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{
		"messaging": "messaging", "MESSAGING": "messaging", "Messaging": "messaging", "Support": "email", "SUPPORT": "email",
		"TALK": "voice", "contact form": "contact_form", "Contact_Form": "contact_form", "SMS": "sms", "callback": "callback", "PSTN_PHONE": "voice", "phone": "voice", "CONTACT_FORM": "contact_form", "fax": "fax", "": "",
	} {
		require.Equal(t, id, ChannelOf(name).ID, name)
	}
	for _, c := range Channels {
		require.Equal(t, c.Conversational, c.Inactivity, c.ID)
		require.NotEmpty(t, c.Label)
		require.NotEmpty(t, c.Wire)
		require.Equal(t, c, ChannelOf(c.AnalyticsWire))
		require.Equal(t, c, ChannelOf(c.AnalyticsLabel))
	}
	require.Equal(t, Channel{ID: "fax", Label: "fax", Wire: "FAX", AnalyticsWire: "FAX", AnalyticsLabel: "fax", Conversational: true, HasMessages: true, Inactivity: true}, ChannelOf("fax"))
	require.False(t, Leg{Channel: "callback"}.HasMessages())
	require.True(t, Leg{Channel: "email"}.HasMessages())
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{
		"Routing assignment accepted": StartRoutingAccepted, "ACCEPTED": StartRoutingAccepted, "Assigned": StartAssigned,
		"MANUAL_ASSIGNED": StartManualAssignment, "ASSIGNED_TRANSFER": StartTransferred, "reopened": StartReopened, "UNKNOWN_ADD": StartUnknown,
	} {
		r, ok := StartReason(name)
		require.True(t, ok, name)
		require.Equal(t, id, r.ID)
	}
	for name, id := range map[string]string{
		"INACTIVITY_TIMEOUT": EndInactivityTimeout, "Agent Ended": EndAgentClosed, "MANUAL_REASSIGNMENT": EndTransferred,
		"Ticket status updated - Solved": EndStatusSolved, "WORK_ITEM_ON_HOLD": EndStatusPendingOrHold, "removed": EndRemoved, "Unknown Remove": EndUnknown,
	} {
		r, ok := EndReason(name)
		require.True(t, ok, name)
		require.Equal(t, id, r.ID)
	}
	_, ok := EndReason("bored")
	require.False(t, ok)
	for id, wire := range map[string]string{EndStatusSolved: "Work Item Solved", EndCustomerClosed: "Unknown Remove", EndExpired: "Unknown Remove"} {
		r, _ := EndReason(id)
		require.Equal(t, wire, r.Wire)
	}
	require.Equal(t, "SOLVED", StatusWire(StatusSolved))
	require.Equal(t, []string{"Agent", "Enduser", "Unknown"}, []string{ClosedByWire("agent"), ClosedByWire("end_user"), ClosedByWire("")})
}

func TestEngagementID(t *testing.T) {
	t.Parallel()
	id := EngagementID("acme", "c-1", "0b0c8f1e-7f53-4a4b-8d5c-1f3c35b1a001", 1)
	require.Regexp(t, `^[0-9A-F]{32}$`, id.String())
	require.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, id.UUID())
	for _, form := range []string{id.String(), id.UUID()} {
		back, err := ParseID(form)
		require.NoError(t, err)
		require.Equal(t, id, back)
	}
	for _, bad := range []string{"", "xyz", id.String() + "0", "ZZ" + id.String()[2:]} {
		_, err := ParseID(bad)
		require.ErrorIs(t, err, ErrInvalidID)
	}
	require.Equal(t, id, EngagementID("acme", "c-1", "0b0c8f1e-7f53-4a4b-8d5c-1f3c35b1a001", 1))
	require.NotEqual(t, id, EngagementID("acme", "c-1", "0b0c8f1e-7f53-4a4b-8d5c-1f3c35b1a001", 2))
	require.NotEqual(t, EngagementID("ab", "c", "g", 1), EngagementID("a", "bc", "g", 1), "parts are kept apart")
	// Fixed for ever: recorded engagements carry it.
	require.Equal(t, "6018E3696CBCF8C9002FF89D37CB50A2", id.String())
}

func TestSettingsAt(t *testing.T) {
	t.Parallel()
	versions := []Settings{{Version: 3, EffectiveFrom: 300}, {Version: 1, EffectiveFrom: 100}, {Version: 2, EffectiveFrom: 200}}
	for at, version := range map[Instant]int{50: 1, 100: 1, 199: 1, 200: 2, 300: 3, 900: 3} {
		require.Equal(t, version, SettingsAt(versions, at).Version)
	}
	require.Equal(t, DefaultSettings(), SettingsAt(nil, 5))
	require.Equal(t, Effective{
		Inactivity: true, InactivityPeriod: 600_000, InactivityAnchor: AnchorLastEndUserMessage, OpenLimit: 1_209_600_000,
		ReturnAfterTimeout: ReturnToSameAgent, Settle: 2000, WrapupLimit: 600_000,
	}, DefaultSettings().Resolve("chat", "any"))
	require.False(t, DefaultSettings().Resolve("email", "").Inactivity)
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	for kind := range ranks {
		require.Equal(t, kind != CustomerMessage && kind != AgentMessage, Entry{Event: Event{Type: kind}}.Lifecycle(), kind)
	}
}
