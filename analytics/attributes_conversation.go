package analytics

import (
	"strings"

	"engaged/engagement"
)

// conversationAttributes say what kind of conversation it was.
var conversationAttributes = []*Attribute{
	{
		ID: "channel", Name: "Channel", Type: Enumerated, Values: channelValues(),
		Description: "The channel of the leg, or of the conversation at that instant. Channels that are not in the table keep the name they came with.",
	},
	{
		ID: "initial_channel", Name: "Initial channel", Type: Enumerated, Values: channelValues(),
		Description: "The channel on which the conversation began.",
	},
	{
		ID: "initial_direction", Aliases: []string{"direction"}, Name: "Direction", Type: Enumerated,
		Description: "Who began the conversation.",
		Values: []Labelled{
			{"inbound", "INBOUND", "Inbound"}, {"outbound", "OUTBOUND", "Outbound"}, {"internal", "INTERNAL", "Internal"},
		},
	},
	{
		ID: "tag_id", Aliases: []string{"tag"}, Name: "Tag", Type: Set, Directory: "tag",
		Description: "The tags. A filter matches any of them; grouped by it, a row counts under each of its tags, and once in the total.",
	},
	{
		ID: "contact_point", Name: "Contact point", Type: Text,
		Description: "The organization's own address or number that was contacted.",
	},
	{
		ID: "ticket_id", Name: "Ticket", Type: Identifier,
		Description: "The ticket, by default the conversation's own id.",
	},
}

func channelValues() []Labelled {
	values := make([]Labelled, 0, len(engagement.Channels))
	for _, c := range engagement.Channels {
		values = append(values, Labelled{Value: c.ID, Wire: c.AnalyticsWire, Label: c.AnalyticsLabel})
	}
	return values
}

// screaming prints a stored value as the compatible wire does.
func screaming(value string) string { return strings.ToUpper(strings.ReplaceAll(value, " ", "_")) }
