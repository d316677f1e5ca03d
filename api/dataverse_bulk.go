package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"engaged/delivery"
	"engaged/models"
)

// bulkRequest is a bulk request taken apart.
type bulkRequest struct {
	batchID  string
	tasks    []models.NewDeliveryTask
	places   []int
	rejected []Rejection
}

// createDeliveries answers a bulk action, by either of its names: once all that is taken is durable. Records
// that are not as they must be concern no other.
func (s *Server) createDeliveries(action string) handler {
	return func(c *call) (any, error) {
		at := delivery.At(s.now())
		f, err := readForm(c, MaxBulkBody, strings.ToLower(bulkRecords))
		if err != nil {
			return nil, err
		}
		asked, err := readBulkForm(f, at)
		if err != nil {
			return nil, err
		}
		for i := range asked.tasks {
			asked.tasks[i].OrganizationID = c.principal.organization
		}
		receipts, err := s.deps.Store.CreateDeliveryTasks(c.ctx(), asked.tasks)
		if err != nil {
			return nil, unavailable(err)
		}
		if len(receipts) > 0 && receipts[0].Err != nil {
			// There is one configuration for all.
			return nil, refusedTask(receipts[0].Err)
		}
		made := CreatedTasks{BatchID: asked.batchID, Rejected: asked.rejected}
		made.add(receipts, asked.places)
		if len(made.Tasks) == 0 {
			return nil, noTask(made.Rejected).within(bulkRecords)
		}
		return onDataverse(http.StatusOK, bulkOf(made, s.actionContext(c, action))), nil
	}
}

// bulkRecords is the parameter that holds the records. They are checked one by one.
const bulkRecords = "ProactiveDeliveries"

// readBulkForm takes the records of a bulk request apart; an error concerns all of them.
func readBulkForm(f *form, at delivery.Instant) (bulkRequest, error) {
	asked := bulkRequest{batchID: newUUID()}
	f.version()
	configuration, tracking := f.requiredID("ProactiveEngagementConfigId"), f.text("RequestId")
	if len(tracking) > maxIdentifier {
		f.note(delivery.CodeInvalidField, "RequestId", "Shorten it to 128 bytes.")
	}
	list := f.take(bulkRecords)
	if list == nil {
		f.note(delivery.CodeMissingField, bulkRecords, "Add it: at least one record.")
	}
	if len(f.list("ProactiveEngagements", delivery.MaxBulk, "delivery_tasks:too_many")) > 0 {
		f.note("delivery:unknown_parameter", "ProactiveEngagements", "Leave it out: send the records as ProactiveDeliveries.")
	}
	f.rest()
	if err := f.problem(); err != nil {
		return asked, err
	}
	records, err := splitRecords(list)
	if err != nil {
		return asked, err
	}
	for i, raw := range records {
		r := &dataverseRequest{}
		r.ConfigurationID, r.TrackingID = configuration, tracking
		task, faults := readRecord(raw, r, at)
		if len(faults) > 0 {
			asked.rejected = append(asked.rejected, reject(i, contactOf(task), faults))
			continue
		}
		hash, err := requestHash(r)
		if err != nil {
			return asked, err
		}
		asked.tasks = append(asked.tasks, models.NewDeliveryTask{Task: task, RequestHash: hash, BatchID: asked.batchID})
		asked.places = append(asked.places, i)
	}
	return asked, nil
}

// splitRecords takes the records apart, also out of a text. What they hold is not checked yet.
func splitRecords(list json.RawMessage) ([]json.RawMessage, error) {
	if list[0] == '"' && json.Valid(list) {
		list = bytes.TrimSpace([]byte(unquoted(list)))
	}
	if len(list) == 0 || list[0] != '[' {
		return nil, invalid(http.StatusBadRequest, delivery.CodeInvalidField, bulkRecords+": Send a list, or a text that holds one.",
			InvalidParameter{bulkRecords, delivery.CodeInvalidField, "Send a list, or a text that holds one."})
	}
	return splitArray(list, delivery.MaxBulk, problem(http.StatusRequestEntityTooLarge, "delivery_tasks:too_many",
		"A request may hold at most %d records. Send them in several requests.", delivery.MaxBulk))
}

// readRecord makes a task of one record, and returns everything that is wrong with it.
func readRecord(raw json.RawMessage, r *dataverseRequest, at delivery.Instant) (delivery.Task, []InvalidParameter) {
	if fault := soundJSON(raw); fault != "" {
		return delivery.Task{}, []InvalidParameter{{Code: "body:unreadable", Reason: fault}}
	}
	parameters, ok := members(raw)
	if !ok {
		return delivery.Task{}, []InvalidParameter{{Code: delivery.CodeInvalidField, Reason: "Send an object."}}
	}
	f := newForm("", parameters, &contactFindings{})
	task := bulkItem.task(f, r, at)
	return task, f.faults()
}

// contactOf is the id of a record's contact; empty where it could not be read.
func contactOf(task delivery.Task) string {
	if len(task.Contacts) == 0 {
		return ""
	}
	return echo(task.Contacts[0].ID)
}
