package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"engaged/delivery"
)

// Whatever comes in a body, what is taken is a task that the core can work with and storage can hold, read the
// same once more; what is refused is never a failure of ours, and the sound part of a bulk request stays.
func FuzzDecodeDataverse(f *testing.F) {
	const configuration = `{"ApiVersion":"1.0","ProactiveEngagementConfigId":"6f9b5f0a-3b0e-4c51-9f5b-0f6f0c9b7c11",`
	for _, seed := range []string{
		configuration + `"DestinationPhoneNumber":"+12125550101","ContactId":"C1","Windows":[{"Start":"2026-03-11T00:00:00Z","End":"2026-03-12T00:00:00"}],"InputAttributes":{"a":"b"}}`,
		configuration + `"Contacts":"[{\"uniqueIdentifier\":\"C1\",\"firstName\":\"A\",\"lastName\":\"B\",\"homePhoneNumber\":\"+12125550101\",\"zipCode\":1}]","RequestId":"r","Priority":7}`,
		configuration + `"uniqueIdentifier ":"C1","FIRSTNAME":"A","lastName":"B","mobilePhoneNumber":"+12125550101","Windows":"[{\"start\":\"2026-03-11T00:00:00.123\",\"end\":\"2026-03-12T00:00:00Z\"}]","@odata.type":null}`,
		configuration + `"ProactiveDeliveries":[{"uniqueIdentifier":"C1","firstName":"A","lastName":"B","mobilePhoneNumber":"+12125550101"},{},7,"\u0000"]}`,
		configuration + `"ProactiveDeliveries":"[{\"uniqueIdentifier\":\"C1\"}]","proactivedeliveries":null}`,
		`{"a":[[[[`, `{"a":"\ud800","A":1e999}`, `{,}`, "{\"\xff\":0}",
	} {
		f.Add([]byte(seed))
	}
	at := delivery.At(time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))
	sound := func(t *testing.T, task delivery.Task) {
		t.Helper()
		require.Empty(t, task.Validate())
		require.NotEmpty(t, task.Windows)
		require.True(t, isUUID(task.ID))
		text, err := json.Marshal(task)
		require.NoError(t, err)
		require.Empty(t, soundJSON(text), "it can be stored")
		var again delivery.Task
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, task.Contacts, again.Contacts)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, action := range []dataverseAction{voiceDelivery, proactiveDelivery, simpleDelivery} {
			form, err := formOf(body)
			if err != nil {
				require.Equal(t, 400, problemOf(err).Status)
				break
			}
			asked, task := action.decode(form, at)
			if err := form.problem(); err != nil {
				require.Equal(t, 400, problemOf(err).Status)
				_, envelope := problemOf(err).onDataverse()
				require.NotEmpty(t, envelope.Error.Code)
				continue
			}
			sound(t, task)
			require.True(t, json.Valid(body))
			hash, err := requestHash(asked)
			require.NoError(t, err)
			form, err = formOf(body)
			require.NoError(t, err)
			asked, _ = action.decode(form, at.Add(1))
			again, err := requestHash(asked)
			require.NoError(t, err)
			require.Equal(t, hash, again, "a repeat is recognized")
		}
		form, err := formOf(body, "proactivedeliveries")
		if err != nil {
			return
		}
		bulk, err := readBulkForm(form, at)
		if err != nil {
			require.Contains(t, []int{400, 413}, problemOf(err).Status)
			return
		}
		require.Len(t, bulk.places, len(bulk.tasks))
		for _, one := range bulk.tasks {
			sound(t, one.Task)
		}
	})
}
