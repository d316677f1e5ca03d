package analytics

import (
	"strings"
	"unicode"

	"engaged/delivery"
)

// deliveryAttributes say how a delivery was dialed, and what came of it.
var deliveryAttributes = []*Attribute{
	{
		ID: "configuration_id", Aliases: []string{"config_id"}, Name: "Configuration", Type: Identifier, Directory: "configuration",
		Description: "The engagement configuration under which the delivery task was accepted.",
	},
	{
		ID: "journey_id", Name: "Journey", Type: Identifier,
		Description: "The caller's journey that asked for the delivery task.",
	},
	{
		ID: "dial_mode", Name: "Dial mode", Type: Enumerated,
		Description: "How the configuration dials.",
		Values:      camelled(delivery.Copilot, delivery.Progressive, delivery.Preview),
	},
	{
		ID: "status", Name: "Delivery status", Type: Enumerated,
		Description: "Where an attempt or a delivery task stands. Those that are over are Complete, Expired, Cancelled or Error.",
		Values: camelled(delivery.Pending, delivery.InProcess, delivery.Complete, delivery.Expired, delivery.Cancelled,
			delivery.Error),
	},
	{
		ID: "result", Name: "Delivery result", Type: Enumerated,
		Description: "What came of an attempt; of a delivery task, of its last one.",
		Values: camelled(delivery.LiveAnswer, delivery.AnsweringMachine, delivery.AnsweringMachineHangup, delivery.Undetermined,
			delivery.NotAHandset, delivery.BotFailed, delivery.CallEnded, delivery.Busy, delivery.NoAnswer, delivery.InvalidAddress,
			delivery.CallFailed, delivery.NonRetriableError, delivery.Terminated, delivery.Unknown, delivery.ResultCancelled,
			delivery.ResultExpired, delivery.ResultError),
	},
	{
		ID: "result_core", Name: "Delivery result, of six", Type: Enumerated,
		Description: "What came of an attempt, in the older set of six results.",
		Values: camelled(delivery.CallEnded, delivery.CallFailed, delivery.BotFailed, delivery.ResultExpired, delivery.ResultCancelled,
			delivery.ResultError),
	},
	{
		ID: "disposition_code", Name: "Disposition", Type: Set,
		Description: "The disposition codes that the agent chose. A filter matches any of them; grouped by it, an attempt counts under each of its codes, and once in the total.",
	},
	{
		ID: "contact_id", Name: "Contact", Type: Identifier,
		Description: "The contact that the attempt was to reach.",
	},
	{
		ID: "attempt_number", Name: "Attempt", Type: Numeric,
		Description: "Counts the attempts of a delivery task from 1.",
	},
}

// camelled makes values of texts such as InProcess: IN_PROCESS on the compatible wire, In process for people.
func camelled[T ~string](texts ...T) []Labelled {
	var values []Labelled
	for _, text := range texts {
		var words strings.Builder
		for i, letter := range string(text) {
			if i > 0 && unicode.IsUpper(letter) {
				words.WriteByte(' ')
				letter = unicode.ToLower(letter)
			}
			words.WriteRune(letter)
		}
		values = append(values, Labelled{Value: string(text), Wire: screaming(words.String()), Label: words.String()})
	}
	return values
}
