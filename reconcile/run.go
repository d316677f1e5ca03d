package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"engaged/models"
)

// pageSize is how many conversations are listed at once.
const pageSize = 500

// Store is what reconciling needs of Postgres; *models.Store has it.
type Store interface {
	// Correct writes the next revision of rows.
	Correct(ctx context.Context, correction models.Correction) error
	// CorrectDelivery writes the next revision of a delivery task's rows.
	CorrectDelivery(ctx context.Context, correction models.DeliveryCorrection) error
	// CountConversations and ListConversations tell which conversations and delivery tasks there are.
	CountConversations(ctx context.Context, organization, conversation string) (int64, error)
	ListConversations(ctx context.Context, organization, conversation string, after int64, limit int) ([]models.Subject, int64, error)
	// LoadHistory reads the past of one of them.
	LoadHistory(ctx context.Context, subject models.Subject) (models.History, error)
	// LoadDeliveryHistory reads the past of a delivery task.
	LoadDeliveryHistory(ctx context.Context, subject models.Subject) (models.DeliveryHistory, error)
	// Redeliver makes a conversation due for dispatch again.
	Redeliver(ctx context.Context, redelivery models.Redelivery) error
}

// Options say what is compared and what happens with differences.
type Options struct {
	// Organization and Conversation, which may be a delivery task's id, narrow it down; empty: all.
	Organization, Conversation string
	// Repair writes what the log says as the next revision, and starts runs for what is overdue.
	Repair bool
	// Grace is how long a record may be missing before its conversation is overdue.
	Grace time.Duration
	// Begin is told the number of conversations and tasks, Step that one is done, Found of a difference, Missed
	// of what is overdue.
	Begin  func(conversations int64)
	Step   func()
	Found  func(Difference)
	Missed func(Overdue)
}

// Summary is what a comparison found.
type Summary struct {
	// Conversations and DeliveryTasks were compared; Incomplete ones were not, because retention has dropped
	// entries, or an older version did not note how it folded them.
	Conversations int64 `json:"conversations"`
	DeliveryTasks int64 `json:"delivery_tasks"`
	Incomplete    int64 `json:"incomplete"`
	// Rows is the number of rows that the log gives.
	Rows int64 `json:"rows"`
	// Differences is the number of fields and rows that differ, Differing of conversations and tasks with some.
	Differences int64 `json:"differences"`
	Differing   int64 `json:"differing"`
	// Repaired is the number of conversations of which the next revision was written.
	Repaired int64 `json:"repaired"`
	// Overdue is the number of conversations of which something should have been recorded and is not,
	// Redelivered of those made due for dispatch again.
	Overdue     int64 `json:"overdue"`
	Redelivered int64 `json:"redelivered"`
}

// Run compares the records with the log and looks for records that are missing.
func Run(ctx context.Context, store Store, o Options) (Summary, error) {
	var s Summary
	total, err := store.CountConversations(ctx, o.Organization, o.Conversation)
	if err != nil {
		return s, err
	}
	o.Begin(total)
	for after := int64(0); ; {
		var subjects []models.Subject
		subjects, after, err = store.ListConversations(ctx, o.Organization, o.Conversation, after, pageSize)
		if err != nil || len(subjects) == 0 {
			return s, err
		}
		for _, subject := range subjects {
			if err := s.conversation(ctx, store, o, subject); err != nil {
				return s, err
			}
			o.Step()
		}
	}
}

func (s *Summary) conversation(ctx context.Context, store Store, o Options, subject models.Subject) error {
	if subject.Kind == models.KindDelivery {
		return s.delivery(ctx, store, o, subject)
	}
	history, err := store.LoadHistory(ctx, subject)
	if err != nil {
		return err
	}
	if err := s.recorded(ctx, store, o, history); err != nil {
		return err
	}
	return s.unrecorded(ctx, store, o, history)
}

// recorded compares what the conversation's record transactions wrote with what they folded.
func (s *Summary) recorded(ctx context.Context, store Store, o Options, history models.History) error {
	if !history.Complete {
		s.Incomplete++
		return nil
	}
	s.Conversations++
	result := Replay(history)
	log := history.RowsOf(result)
	s.Rows += count(log)
	found := compare(history.Subject, log, history.Rows)
	if len(found) == 0 {
		return nil
	}
	s.Differing++
	s.Differences += int64(len(found))
	for _, d := range found {
		o.Found(d)
	}
	if !o.Repair {
		return nil
	}
	correction := models.Correction{Subject: history.Subject, RecordCount: history.RecordCount, Result: result}
	correction.Wrong, correction.Extra = choose(found)
	switch err := store.Correct(ctx, correction); {
	case errors.Is(err, models.ErrConflict):
		return fmt.Errorf("%s/%s was recorded meanwhile; run the command again", history.OrganizationID, history.ConversationID)
	case err != nil:
		return err
	}
	s.Repaired++
	return nil
}

// choose returns the ids of the rows to write and to delete. A wait is written with its engagement.
func choose(found []Difference) (wrong, extra map[string]bool) {
	wrong, extra = map[string]bool{}, map[string]bool{}
	for _, d := range found {
		if d.Log == noRow && d.Kind != "wait" {
			extra[d.ID] = true
		} else {
			wrong[d.ID] = true
		}
	}
	for id := range extra {
		delete(wrong, id)
	}
	return wrong, extra
}

func count(r models.RecordRows) int64 {
	return int64(len(r.Engagements) + len(r.Waits) + len(r.Offers) + len(r.Visits) + len(r.Ratings) + len(r.Closings))
}
