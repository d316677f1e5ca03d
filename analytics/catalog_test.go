package analytics

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var snakeCase = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// formula is what every description of a metric holds, but for the one whose wording is the
// reference's.
var formula = regexp.MustCompile(`count\(|sum\(|max\(| - |/ `)

func TestCatalogueIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	unique := func(kind, id string) {
		require.Regexp(t, snakeCase, id, kind)
		require.False(t, seen[kind+id], "%s %s stands twice", kind, id)
		seen[kind+id] = true
	}
	for _, m := range Metrics() {
		unique("metric", m.ID)
		got, ok := MetricByID(m.ID)
		require.True(t, ok)
		require.Same(t, m, got)
		for _, p := range m.Parameters {
			unique(m.ID, p.ID)
		}
	}
	for _, r := range Records() {
		unique("record", r.ID)
		for _, f := range r.Fields {
			unique(r.ID, f.Name)
		}
		for _, set := range r.Rollups {
			unique(r.ID+" rollup", set.ID)
		}
	}
	for _, a := range Attributes() {
		for _, id := range append([]string{a.ID}, a.Aliases...) {
			unique("attribute", id)
			got, ok := AttributeByID(id)
			require.True(t, ok)
			require.Same(t, a, got)
		}
		for _, v := range a.Values {
			require.False(t, seen[a.ID+v.Value], "%s has %s twice", a.ID, v.Value)
			seen[a.ID+v.Value] = true
			require.Regexp(t, `^([A-Z]+(_[A-Z]+)*|Agent|Enduser|Unknown)$`, v.Wire)
			require.NotEmpty(t, v.Label)
		}
		require.Equal(t, a.Type == Enumerated, len(a.Values) > 0, a.ID)
	}
}

func TestCatalogueMetrics(t *testing.T) {
	t.Parallel()
	for _, m := range Metrics() {
		record, ok := RecordByID(m.Record)
		require.True(t, ok, m.ID)
		if m.Kind == Open {
			record = record.Open
		}
		if m.ID != "closed_conversations" {
			require.Regexp(t, formula, m.Description, m.ID)
		}
		require.NotEmpty(t, m.Name, m.ID)
		require.NotEmpty(t, m.Measures, m.ID)
		attributes := m.Attributes()
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(attributes))), len(attributes), "%s repeats an attribute", m.ID)
		for _, id := range append(attributes, m.Groups...) {
			_, ok := record.attributeSQL(id)
			require.True(t, ok, "%s is not an attribute of %s", id, record.ID)
			require.Contains(t, attributes, id)
		}
		for _, measure := range m.Measures {
			require.NotEmpty(t, m.MeasureDescription(measure))
		}
		for measure := range m.MeasureDescriptions {
			require.Contains(t, m.Measures, measure)
		}
		for _, id := range m.ShownRecords() {
			_, ok := RecordByID(id)
			require.True(t, ok)
		}
		require.Equal(t, m.Kind == Custom || m.Kind == Watermark, m.Terms == nil, m.ID)
		require.False(t, m.Spans && record.Start == "", m.ID)
		for _, p := range m.Parameters {
			require.NotEmpty(t, p.Description)
			_, err := p.check(nil)
			require.NoError(t, err, "the default of %s", m.ID)
		}
	}
}

func TestCatalogueRecords(t *testing.T) {
	t.Parallel()
	for _, r := range Records() {
		require.Equal(t, r.Time, r.Fields[0].Name)
		require.Equal(t, InstantType, r.Fields[0].Type)
		for _, a := range r.Attributes {
			attribute, ok := AttributeByID(a.ID)
			require.True(t, ok, a.ID)
			require.Equal(t, a.ID, attribute.ID, "records go by ids, not by aliases")
		}
		named := func(name string) bool {
			return slices.ContainsFunc(r.Fields, func(f Field) bool { return f.Name == name })
		}
		require.True(t, r.Value == "" || named(r.Value))
		for _, f := range r.Fields {
			if f.Attribute != "" {
				_, ok := r.attributeSQL(f.Attribute)
				require.True(t, ok, "%s.%s", r.ID, f.Name)
			}
		}
		for _, set := range r.Rollups {
			for _, id := range set.Attributes {
				_, ok := r.attributeSQL(id)
				require.True(t, ok, "%s %s", r.ID, id)
			}
		}
		for _, id := range r.ShownMetrics() {
			m, ok := MetricByID(id)
			require.True(t, ok)
			require.Contains(t, m.ShownRecords(), r.ID)
			require.NotEmpty(t, m.WireMeasures(), "%s is shown where it cannot be asked", id)
		}
	}
}

// TestCatalogueConformance holds the two entries that clients of the reference know by heart.
func TestCatalogueConformance(t *testing.T) {
	t.Parallel()
	csat, _ := MetricByID("csat")
	require.Equal(t, "(Number of satisfied customers (4 and 5)/ Number of survey responses) x 100 = % of satisfied customers", csat.Description)
	require.Equal(t, []string{"agent_id", "queue_id", "channel", "initial_direction", "tag_id", "contact_point"}, csat.Filters)
	require.Equal(t, []Measure{Percentage}, csat.WireMeasures())
	require.Equal(t, "Calculated Percentage", csat.MeasureDescription(Percentage))
	require.Equal(t, []string{"ratings"}, csat.ShownRecords())

	closed, _ := MetricByID("closed_conversations")
	require.Equal(t, "Closed conversation data", closed.Description)
	require.Equal(t, []string{"queue_id", "channel", "initial_direction", "tag_id", "contact_point"}, closed.Filters)
	require.Equal(t, []Measure{Count}, closed.WireMeasures())
	require.Equal(t, "Conversation closed count", closed.MeasureDescription(Count))
	require.Equal(t, []string{"closed_conversations"}, closed.ShownRecords())

	record, _ := RecordByID("ratings")
	require.Equal(t, "Conversation Ratings", record.Description)
	require.Equal(t, []string{"csat"}, record.ShownMetrics())
	require.Contains(t, record.Fields, Field{"agent_id", "The agent assigned to the conversation", IDType, true, "agent_id", "agent_id"})
	record, _ = RecordByID("closed_conversations")
	require.Equal(t, "Closed conversation data", record.Description)
	require.Equal(t, []string{"closed_conversations"}, record.ShownMetrics())
	var fields []string
	for _, f := range record.Fields {
		fields = append(fields, f.Name)
	}
	require.Equal(t, strings.Fields("closed_at csid initial_direction initial_channel contact_point conversation_id agent_id queue_id closed_by"), fields)
}

// TestChannelForms reads a channel in any of its forms and prints it as the wire does.
func TestChannelForms(t *testing.T) {
	t.Parallel()
	channel, _ := AttributeByID("channel")
	for stored, want := range map[string][2]string{
		"voice": {"PSTN_PHONE", "Phone"}, "contact_form": {"CONTACT_FORM", "Contact Form"}, "callback": {"CALLBACK", "Callback"},
		"email": {"EMAIL", "Email"}, "chat": {"CHAT", "Chat"}, "WhatsApp": {"WHATSAPP", "WhatsApp"},
	} {
		wire, label := channel.Shown(stored)
		require.Equal(t, want, [2]string{wire, label})
		for _, form := range []string{stored, wire, label, strings.ToLower(wire)} {
			forms, ok := channel.stored(form)
			require.True(t, ok)
			if stored != "WhatsApp" {
				require.Equal(t, []string{stored}, forms, form)
			}
		}
	}
	unknown, ok := channel.stored("Fax")
	require.True(t, ok)
	require.Equal(t, []string{"FAX", "Fax", "fax"}, unknown)
}
