package engagement

import "strings"

// Channel is one entry of the table of channels: how the engine treats it and what it is called.
type Channel struct {
	// ID is the canonical name.
	ID string
	// Label is what people read.
	Label string
	// Wire is its name on the compatible engagements wire; several channels may share one.
	Wire string
	// Conversational tells that both sides write and wait for each other.
	Conversational bool
	// HasMessages tells whether messages, replies and waits exist; else those metrics are null.
	HasMessages bool
	// Inactivity tells whether silence ends a leg unless the settings say otherwise.
	Inactivity bool
}

// Channels is the table of the channels that the engine knows.
var Channels = []Channel{
	{ID: "messaging", Label: "Messaging", Wire: "MESSAGING", Conversational: true, HasMessages: true, Inactivity: true},
	{ID: "chat", Label: "Chat", Wire: "CHAT", Conversational: true, HasMessages: true, Inactivity: true},
	{ID: "sms", Label: "SMS", Wire: "SMS", Conversational: true, HasMessages: true, Inactivity: true},
	{ID: "social", Label: "Social", Wire: "SOCIAL", Conversational: true, HasMessages: true, Inactivity: true},
	{ID: "email", Label: "Email", Wire: "SUPPORT", HasMessages: true},
	{ID: "contact_form", Label: "Contact form", Wire: "SUPPORT", HasMessages: true},
	{ID: "voice", Label: "Voice", Wire: "TALK"},
	{ID: "callback", Label: "Callback", Wire: "TALK"},
}

// ChannelOf returns the table's entry for a name in any of its forms (id, label or wire name, in
// any case). A name that the table does not know passes through as a conversational channel.
func ChannelOf(name string) Channel {
	for _, c := range Channels {
		if c.ID == name {
			return c
		}
	}
	for _, c := range Channels {
		if sameWords(c.ID, name) || sameWords(c.Label, name) || sameWords(c.Wire, name) {
			return c
		}
	}
	return Channel{
		ID: name, Label: name, Wire: strings.ToUpper(name),
		Conversational: true, HasMessages: true, Inactivity: true,
	}
}

// HasMessages reports whether the leg's channel has messages; else its message metrics are null.
func (l Leg) HasMessages() bool { return ChannelOf(l.Channel).HasMessages }
