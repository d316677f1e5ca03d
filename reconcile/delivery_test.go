package reconcile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
	"engaged/models"
)

const (
	began   = delivery.Instant(1_772_463_600_000) // 2026-03-02T15:00:00Z
	seconds = delivery.Millis(1000)
)

// asked is a task for one number with a window of ten minutes, an age after its acceptance.
func asked(age delivery.Millis, entries ...delivery.Entry) models.DeliveryHistory {
	h := models.DeliveryHistory{
		Subject: models.Subject{OrganizationID: "acme", ConversationID: "t", Kind: models.KindDelivery}, Now: began.Add(age), Asked: 1,
		Plan: delivery.Plan{
			Task: delivery.Task{ID: "t", AcceptedAt: began, Windows: []delivery.Window{{Start: began, End: began.Add(600 * seconds)}},
				Contacts: []delivery.Contact{{ID: "C1", Phones: []delivery.Phone{{Type: delivery.Mobile, Number: "+12125550101"}}}}},
			Rules: delivery.Rules{Mode: delivery.Copilot, Retry: delivery.Retry{Retries: 1, Delay: 60 * seconds, On: []delivery.ReattemptRule{delivery.OnBusy}}},
		},
	}
	for i, e := range append([]delivery.Entry{told(0, delivery.ClockReached, delivery.Data{})}, entries...) {
		e.Number = int64(i + 1)
		h.Unfolded, h.LastNumber = append(h.Unfolded, e), e.Number
	}
	return h
}

// told is an entry so many seconds after the acceptance.
func told(second delivery.Millis, kind delivery.EventType, data delivery.Data) delivery.Entry {
	at := began.Add(second * seconds)
	return delivery.Entry{ReceivedAt: at, Event: delivery.Event{ID: string(kind), Type: kind, Time: at, Data: data}}
}

func TestOverdueDelivery(t *testing.T) {
	t.Parallel()
	ordered, started := told(10, delivery.AttemptOrdered, delivery.Data{}), told(20, delivery.CallStarted, delivery.Data{})
	busy := told(30, delivery.CallFailure, delivery.Data{SIPCode: 486})
	blocked := told(10, delivery.AttemptBlocked, delivery.Data{Action: delivery.Wait, Reason: delivery.ReasonCap, NextAt: began.Add(120 * seconds)})
	unasked := func(h models.DeliveryHistory) models.DeliveryHistory { h.Asked = 0; return h }
	for name, c := range map[string]struct {
		history         models.DeliveryHistory
		attempt, unaske int
		found           bool
	}{
		"waits":                       {asked(500 * seconds), 0, 0, false},
		"never asked":                 {unasked(asked(500 * seconds)), 0, 1, true},
		"never asked, but young":      {unasked(asked(200 * seconds)), 0, 0, false},
		"expired just now":            {asked(601 * seconds), 0, 0, false},
		"expired long ago":            {asked(902 * seconds), 1, 0, true},
		"ordered, nobody tells":       {asked(400*seconds, ordered), 0, 0, false},
		"ordered just now":            {asked(310*seconds, ordered), 0, 0, false},
		"order ran out long ago":      {asked(902*seconds, ordered), 1, 0, true},
		"in a call":                   {asked(900*seconds, ordered, started), 0, 0, false},
		"busy, not recorded":          {asked(340*seconds, ordered, started, busy), 1, 0, true},
		"busy, to be recorded":        {asked(331*seconds, ordered, started, busy), 0, 0, false},
		"blocked, not asked again":    {asked(400*seconds, blocked), 0, 1, true},
		"blocked, to be asked":        {asked(300*seconds, blocked), 0, 0, false},
		"suspended, expired long ago": {asked(902*seconds, told(5, delivery.TaskSuspended, delivery.Data{})), 1, 0, true},
		"suspended":                   {unasked(asked(500*seconds, told(5, delivery.TaskSuspended, delivery.Data{}))), 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, found := overdueDelivery(c.history, 5*time.Minute)
			require.Equal(t, c.found, found)
			if found {
				require.Equal(t, []int{c.attempt, c.unaske}, []int{got.Attempt, got.Unasked})
				require.Contains(t, got.String(), "acme/t overdue since 2026")
			}
		})
	}
}
