package models_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"engaged/models"
)

// Whether few or many are due, callbacks go first and then what was scheduled first; what waits for later
// does not matter.
func TestPaceTakesTurnsAmongFewAndMany(t *testing.T) {
	t.Parallel()
	for _, due := range []int{40, 400} {
		t.Run(fmt.Sprint(due), func(t *testing.T) {
			t.Parallel()
			const most = 30
			store := openStore(t)
			configuration := deliveryConfiguration(t, store, func(d *models.DeliveryDocument) { d.Pacing.MaxConcurrentCalls = most })
			var tasks []models.NewDeliveryTask
			for n := range due + 300 {
				tasks = append(tasks, newTask(configuration, n))
			}
			createTasks(t, store, tasks...)
			_, err := store.Pool().Exec(t.Context(), `
WITH n AS (SELECT task_key, row_number() OVER (ORDER BY md5(task_key::text)) AS n FROM delivery_waiting)
UPDATE delivery_waiting w SET callback = n.n % 17 = 0, scheduled_at = clock_timestamp() - n.n * interval '1 second',
    due_at = CASE WHEN n.n <= $1 THEN due_at ELSE clock_timestamp() + interval '1 day' END
FROM n WHERE n.task_key = w.task_key`, due)
			require.NoError(t, err)
			rows, err := store.Pool().Query(t.Context(), `
SELECT t.id::text FROM delivery_waiting w JOIN delivery_tasks t ON t.key = w.task_key WHERE w.due_at <= clock_timestamp()
ORDER BY CASE WHEN w.callback THEN 0 ELSE 1 END, w.scheduled_at LIMIT $1`, most)
			require.NoError(t, err)
			want, err := pgx.CollectRows(rows, pgx.RowTo[string])
			require.NoError(t, err)
			require.Equal(t, most, paceAll(t, store))
			var got []string
			for _, o := range claimOrders(t, store, 100) {
				got = append(got, o.TaskID)
			}
			require.ElementsMatch(t, want, got)
		})
	}
}
