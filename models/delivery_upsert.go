package models

import (
	"fmt"
	"strings"
	"sync"
)

// keptColumns are not replaced when an attempt's row is written again.
var keptColumns = map[string]string{
	"id": "", "created_at": "",
	"handed_at": "coalesce(excluded.handed_at, w.handed_at)",
	"revision":  "w.revision + 1",
}

// upsertDeliverySQL writes an attempt's row, or replaces it by its next revision if anything has changed,
// and marks where it is over.
var upsertDeliverySQL = sync.OnceValue(func() string {
	return replaceDelivery(`WHERE (w.status, w.last_entry, w.scheduled_at, w.expires_at, w.callback) IS DISTINCT FROM
    (excluded.status, excluded.last_entry, excluded.scheduled_at, excluded.expires_at, excluded.callback)`)
})

// correctDeliverySQL writes an attempt's row, or replaces it by its next revision.
var correctDeliverySQL = sync.OnceValue(func() string { return replaceDelivery("") })

func replaceDelivery(where string) string {
	t := tableOf(&DeliveryRow{})
	var sets []string
	for _, field := range t.fields {
		value, kept := keptColumns[field.DBName]
		switch {
		case !kept:
			value = "excluded." + field.DBName
		case value == "":
			continue
		}
		sets = append(sets, field.DBName+" = "+value)
	}
	return markingEnds(fmt.Sprintf("%s ON CONFLICT (id) DO UPDATE SET %s %s",
		strings.Replace(t.insert, "INTO deliveries ", "INTO deliveries AS w ", 1), strings.Join(sets, ", "), where), "deliveries", "id", deliveryFacts)
}
