package models

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// taskInfo is what the rows of a task's attempts repeat of it.
type taskInfo struct {
	key          int64
	organization string
	task         *delivery.Task
	mode         delivery.Mode
	queueID      string
	batchID      string
	version      int
}

func (t *newTask) known() taskInfo {
	return taskInfo{
		key: t.key, organization: t.OrganizationID, task: &t.plan.Task, mode: t.plan.Rules.Mode,
		queueID: t.configuration.document.QueueID, batchID: t.BatchID, version: t.configuration.version,
	}
}

// row is the row of a new task.
func (t *newTask) row() (*DeliveryTaskRow, error) {
	plan, err := json.Marshal(t.Task)
	if err != nil {
		return nil, fmt.Errorf("encode task: %w", err)
	}
	view, err := json.Marshal(t.folded.Task)
	if err != nil {
		return nil, fmt.Errorf("encode task: %w", err)
	}
	hash := t.RequestHash
	if hash == nil {
		hash = []byte{}
	}
	v := t.folded.Task
	return &DeliveryTaskRow{
		Key: t.key, OrganizationID: t.OrganizationID, ID: t.Task.ID, ConfigurationID: t.Task.ConfigurationID,
		RulesVersion: int32(t.configuration.version), Mode: string(t.plan.Rules.Mode), QueueID: t.configuration.document.QueueID, Plan: plan, TrackingID: t.Task.TrackingID, JourneyID: t.Task.JourneyID,
		JourneyRunID: t.Task.JourneyRunID, BatchID: t.BatchID, RequestHash: hash, Status: string(v.Status), Reason: v.Reason,
		View: view, CreatedAt: t.Task.AcceptedAt.Time(), ExpiresAt: expiryOf(&t.Task).Time(),
		NextScheduledAt: instantOf(v.NextScheduledAt), LastCallAt: instantOf(v.LastCallAt), EndedAt: instantOf(v.EndedAt),
		SeenNumber: t.last(), UpdatedAt: t.Task.AcceptedAt.Time(),
	}, nil
}

// expiryOf is when a task expires: its own limit, else the end of its last window.
func expiryOf(t *delivery.Task) delivery.Instant {
	if t.ExpiresAt != 0 {
		return t.ExpiresAt
	}
	last := t.AcceptedAt
	for _, w := range t.Windows {
		last = max(last, w.End)
	}
	for _, c := range t.Contacts {
		for _, w := range c.Windows {
			last = max(last, w.End)
		}
	}
	return last
}

// deliveryRow is the row of an attempt.
func (t taskInfo) deliveryRow(a delivery.Attempt, p provenance) *DeliveryRow {
	contact := &t.task.Contacts[a.Position.Contact]
	row := &DeliveryRow{
		ID: delivery.AttemptID(t.organization, t.task.ID, a.Seq), OrganizationID: t.organization, TaskKey: t.key, TaskID: t.task.ID,
		ConfigurationID: t.task.ConfigurationID, Seq: int32(a.Seq), Channel: "voice", Mode: string(t.mode), QueueID: t.queueID,
		Status: string(a.Status), Result: textOf(string(a.Result)), ResultCore: textOf(string(a.Result.Core())), Reason: textOf(a.Reason),
		TrackingID: textOf(t.task.TrackingID), JourneyID: textOf(t.task.JourneyID), JourneyRunID: textOf(t.task.JourneyRunID),
		BatchID: textOf(t.batchID), ContactID: a.ContactID, PhoneType: string(a.PhoneType), ToAddress: a.ToAddress,
		FromAddress: textOf(a.FromAddress), Country: textOf(contact.Country), State: textOf(contact.State), PostalCode: textOf(contact.PostalCode),
		CallID: textOf(a.CallID), ConversationID: textOf(a.ConversationID), Callback: a.Callback, Loop: int32(a.Position.Loop),
		ContactIndex: int32(a.Position.Contact), PhoneIndex: int32(a.Position.Phone), AnsweredBy: textOf(a.AnsweredBy),
		MessageLeft: a.MessageLeft, BotFailed: a.BotFailed, WaitExceeded: a.WaitExceeded, Diagnostics: textOf(a.Diagnostics),
		Dispositions: a.Dispositions, OptedOut: a.OptedOut, PolicyID: textOf(a.PolicyID), FirstEntry: a.FirstEntry, LastEntry: a.LastEntry,
		ConfigurationVersion: int32(t.version), RulesVersion: delivery.RulesVersion, WorkflowID: p.workflowID, RunID: p.runID, Revision: 1,
		CreatedAt: p.recordedAt, UpdatedAt: p.recordedAt,
	}
	row.times(a)
	if a.EndedAt != nil {
		row.RecordedAt = &p.recordedAt
	}
	if a.SIPCode != 0 {
		row.SIPCode = new(int32(a.SIPCode))
	}
	return row
}

func (r *DeliveryRow) times(a delivery.Attempt) {
	r.PlannedAt, r.NotBefore, r.ScheduledAt, r.ExpiresAt = a.PlannedAt.Time(), a.NotBefore.Time(), instantOf(a.ScheduledAt), a.ExpiresAt.Time()
	r.WindowStart, r.WindowEnd = a.Window.Start.Time(), a.Window.End.Time()
	r.OfferedAt, r.AcceptedAt, r.StartedAt, r.EndedAt = instantOf(a.OfferedAt), instantOf(a.AcceptedAt), instantOf(a.StartedAt), instantOf(a.EndedAt)
	r.ResultAt, r.CustomerConnectedAt, r.GreetingEndedAt = instantOf(a.ResultAt), instantOf(a.CustomerConnectedAt), instantOf(a.GreetingEndedAt)
	r.AgentConnectedAt, r.SpeechAt = instantOf(a.AgentConnectedAt), instantOf(a.SpeechAt)
	if a.Order != nil {
		r.HandedAt = new(a.Order.HandedAt.Time())
	}
}

func instantOf(i *delivery.Instant) *time.Time {
	if i == nil {
		return nil
	}
	return new(i.Time())
}

func textOf(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

const insertAttributesSQL = `
INSERT INTO delivery_attributes (organization_id, delivery_id, type, keyword, value)
SELECT $1, $2, $3, w.keyword, w.value FROM unnest($4::text[], $5::text[]) AS w (keyword, value)
ON CONFLICT (delivery_id, type, md5(keyword)) DO UPDATE SET value = excluded.value WHERE delivery_attributes.value <> excluded.value`

// The types of attributes.
const (
	AttributeInput  = "input"
	AttributeResult = "result"
)

// queueInputAttributes writes the attributes that go with an attempt.
func queueInputAttributes(batch *pgx.Batch, t taskInfo, a delivery.Attempt) {
	queueAttributes(batch, t, a, AttributeInput, inputAttributes(t.task, a.Position.Contact))
}

// inputAttributes are the task's attributes, the contact's over them.
func inputAttributes(task *delivery.Task, contact int) map[string]string {
	own := task.Contacts[contact].InputAttributes
	if len(own) == 0 {
		return task.InputAttributes
	}
	all := maps.Clone(task.InputAttributes)
	if all == nil {
		return own
	}
	maps.Copy(all, own)
	return all
}

func queueAttributes(batch *pgx.Batch, t taskInfo, a delivery.Attempt, kind string, attributes map[string]string) {
	if len(attributes) == 0 {
		return
	}
	keys := slices.Sorted(maps.Keys(attributes))
	values := make([]string, len(keys))
	for i, k := range keys {
		values[i] = attributes[k]
	}
	batch.Queue(insertAttributesSQL, t.organization, delivery.AttemptID(t.organization, t.task.ID, a.Seq), kind, keys, values)
}

// writeDelivery writes an attempt's row, or its next revision.
func (t taskInfo) writeDelivery(ctx context.Context, batch *pgx.Batch, a delivery.Attempt, p provenance) {
	row := t.deliveryRow(a, p)
	batch.Queue(upsertDeliverySQL(), tableOf(row).values(ctx, row)...)
	queueInputAttributes(batch, t, a)
	queueAttributes(batch, t, a, AttributeResult, a.Attributes)
}
