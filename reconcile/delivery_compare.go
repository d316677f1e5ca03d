package reconcile

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"engaged/delivery"
	"engaged/models"
)

// handed are the fields of an attempt's row that pacing writes, apart from the fold, and those of a task's row that
// do not follow it.
var handed = []string{"HandedAt", "CreatedAt", "UpdatedAt"}

// taskShown is what a task's row shows of the fold.
type taskShown struct {
	Status, Reason, View                 string
	Suspended                            bool
	NextScheduledAt, LastCallAt, EndedAt *time.Time
}

// compareDelivery returns every difference between what the log says and what the rows show.
func compareDelivery(h models.DeliveryHistory, want replayed) []Difference {
	found := diff(h.Subject, "delivery", h.RowsOf(want.attempts), h.Deliveries, func(r models.DeliveryRow) (string, string) { return r.ID, fmt.Sprint(r.Seq) })
	found = slices.DeleteFunc(found, func(d Difference) bool { return slices.Contains(handed, d.Field) })
	d := Difference{Subject: h.Subject, Kind: "delivery_task", ID: h.ConversationID}
	return append(found, fields(d, shownOf(want), recordedOf(h.Task))...)
}

func shownOf(want replayed) taskShown {
	v := want.task
	return taskShown{
		Status: string(v.Status), Reason: v.Reason, View: canonical(v), Suspended: want.suspended,
		NextScheduledAt: timeOf(v.NextScheduledAt), LastCallAt: timeOf(v.LastCallAt), EndedAt: timeOf(v.EndedAt),
	}
}

func recordedOf(row models.DeliveryTaskRow) taskShown {
	var view delivery.TaskView
	text := string(row.View)
	if json.Unmarshal(row.View, &view) == nil {
		text = canonical(view)
	}
	return taskShown{
		Status: row.Status, Reason: row.Reason, View: text, Suspended: row.Suspended,
		NextScheduledAt: row.NextScheduledAt, LastCallAt: row.LastCallAt, EndedAt: row.EndedAt,
	}
}

// canonical is a view as text that is equal for equal views.
func canonical(v delivery.TaskView) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func timeOf(at *delivery.Instant) *time.Time {
	if at == nil {
		return nil
	}
	return new(at.Time())
}
