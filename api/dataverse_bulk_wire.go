package api

import "strings"

// DataverseBulk is what became of a bulk request. Every record of it is counted exactly once.
type DataverseBulk struct {
	// Context names the type of the answer.
	Context string `json:"@odata.context"`
	// BatchID is the request's; its new tasks carry it.
	BatchID string `json:"BatchId"`
	// Created counts the records that made tasks, Replayed those of an earlier request, Rejected the
	// others.
	Created  int `json:"Created"`
	Replayed int `json:"Replayed"`
	Rejected int `json:"Rejected"`
	// Deliveries lists the first two, Errors the others, in the order of the request.
	Deliveries []DataverseBulkDelivery `json:"Deliveries"`
	Errors     []DataverseBulkError    `json:"Errors"`
}

// DataverseBulkDelivery is a record that was taken.
type DataverseBulkDelivery struct {
	// Index is the record's place in the request, from 0.
	Index int `json:"Index"`
	// DeliveryID is that of the first attempt, DeliveryTaskID the task's.
	DeliveryID     string `json:"DeliveryId"`
	DeliveryTaskID string `json:"DeliveryTaskId"`
	// Replayed tells that the record came before; the ids are those of the first time.
	Replayed bool `json:"Replayed"`
}

// DataverseBulkError is a record that was not taken.
type DataverseBulkError struct {
	// Index is the record's place in the request, from 0, UniqueIdentifier the contact's, where it could
	// be read.
	Index            int    `json:"Index"`
	UniqueIdentifier string `json:"UniqueIdentifier,omitempty"`
	// Code and Message say what to change first, Details all that is to change.
	Code    string                 `json:"Code"`
	Message string                 `json:"Message"`
	Details []DataverseErrorDetail `json:"Details,omitempty"`
}

// bulkOf is what an answer of the native API is on the reference's wire.
func bulkOf(made CreatedTasks, context string) DataverseBulk {
	answer := DataverseBulk{
		Context: context, BatchID: made.BatchID, Created: made.Created, Replayed: made.Replayed, Rejected: len(made.Rejected),
		Deliveries: make([]DataverseBulkDelivery, len(made.Tasks)), Errors: make([]DataverseBulkError, len(made.Rejected)),
	}
	for i, t := range made.Tasks {
		answer.Deliveries[i] = DataverseBulkDelivery{*t.Index, t.DeliveryID, t.DeliveryTaskID, t.Replayed}
	}
	for i, r := range made.Rejected {
		answer.Errors[i] = DataverseBulkError{Index: r.Index, UniqueIdentifier: r.ID, Code: dataverseCode(r.Code), Message: strings.TrimPrefix(r.Field+": "+r.Reason, ": ")}
		for _, wrong := range r.Errors {
			answer.Errors[i].Details = append(answer.Errors[i].Details, DataverseErrorDetail{dataverseCode(wrong.Code), wrong.Reason, wrong.Field})
		}
	}
	return answer
}

// within puts a list's name before what is told of its elements, such as [3].mobilePhoneNumber.
func (p *Problem) within(list string) *Problem {
	for i := range p.InvalidParameters {
		if field := &p.InvalidParameters[i].Field; strings.HasPrefix(*field, "[") {
			*field = list + *field
		}
	}
	return p
}
