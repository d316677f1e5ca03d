package engagement

import (
	"slices"
	"strings"
)

// Channel is one entry of the table of channels: how the engine treats it and what it is called.
type Channel struct {
	// ID is the canonical name.
	ID string
	// Label is what people read.
	Label string
	// Wire is its name on the compatible engagements wire; several channels may share one.
	Wire string
	// AnalyticsWire and AnalyticsLabel are its names on the compatible analytics wire.
	AnalyticsWire, AnalyticsLabel string
	// Conversational tells that both sides write and wait for each other.
	Conversational bool
	// HasMessages tells whether messages, replies and waits exist; else those metrics are null.
	HasMessages bool
	// Inactivity tells whether silence ends a leg unless the settings say otherwise.
	Inactivity bool
}

// Channels is the table of the channels that the engine knows.
var Channels = []Channel{
	{ID: "messaging", Label: "Messaging", Wire: "MESSAGING", AnalyticsWire: "MESSAGING", AnalyticsLabel: "Messaging", Conversational: true, HasMessages: true, Inactivity: true},
	{ID: "chat", Label: "Chat", Wire: "CHAT", AnalyticsWire: "CHAT", AnalyticsLabel: "Chat", Conversational: true, HasMessages: true, Inactivity: true},
	{ID: "sms", Label: "SMS", Wire: "SMS", AnalyticsWire: "SMS", AnalyticsLabel: "SMS", Conversational: true, HasMessages: true, Inactivity: true},
	{ID: "social", Label: "Social", Wire: "SOCIAL", AnalyticsWire: "SOCIAL", AnalyticsLabel: "Social", Conversational: true, HasMessages: true, Inactivity: true},
	{ID: "email", Label: "Email", Wire: "SUPPORT", AnalyticsWire: "EMAIL", AnalyticsLabel: "Email", HasMessages: true},
	{ID: "contact_form", Label: "Contact form", Wire: "SUPPORT", AnalyticsWire: "CONTACT_FORM", AnalyticsLabel: "Contact Form", HasMessages: true},
	{ID: "voice", Label: "Voice", Wire: "TALK", AnalyticsWire: "PSTN_PHONE", AnalyticsLabel: "Phone"},
	{ID: "callback", Label: "Callback", Wire: "TALK", AnalyticsWire: "CALLBACK", AnalyticsLabel: "Callback"},
}

// ChannelOf returns the table's entry for a name in any of its forms (id, label or a wire's name, in
// any case). A name that the table does not know passes through as a conversational channel.
func ChannelOf(name string) Channel {
	for _, c := range Channels {
		if c.ID == name {
			return c
		}
	}
	for _, c := range Channels {
		if slices.ContainsFunc([]string{c.ID, c.Label, c.Wire, c.AnalyticsWire, c.AnalyticsLabel}, func(form string) bool {
			return sameWords(form, name)
		}) {
			return c
		}
	}
	return Channel{
		ID: name, Label: name, Wire: strings.ToUpper(name), AnalyticsWire: strings.ToUpper(name), AnalyticsLabel: name,
		Conversational: true, HasMessages: true, Inactivity: true,
	}
}

// HasMessages reports whether the leg's channel has messages; else its message metrics are null.
func (l Leg) HasMessages() bool { return ChannelOf(l.Channel).HasMessages }
