package api

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"engaged/delivery"
	"engaged/models"
)

// CreatedTask is what became of a request for a delivery task.
type CreatedTask struct {
	// Index is the task's place in a bulk request, from 0; left out for a single one.
	Index *int `json:"index,omitempty"`
	// DeliveryTaskID is the task's, DeliveryID that of its first attempt.
	DeliveryTaskID string `json:"delivery_task_id"`
	DeliveryID     string `json:"delivery_id"`
	// Replayed tells that the request came before; the ids are those of the first time.
	Replayed bool `json:"replayed"`
}

// CreatedTasks is what became of a bulk request. Every task of it is counted exactly once.
type CreatedTasks struct {
	// BatchID is the bulk request's; its new tasks carry it.
	BatchID string `json:"batch_id"`
	// Created counts the tasks that are new, Replayed those of an earlier request.
	Created  int `json:"created"`
	Replayed int `json:"replayed"`
	// Tasks lists both, Rejected the others, in the order of the request.
	Tasks    []CreatedTask `json:"tasks"`
	Rejected []Rejection   `json:"rejected"`
}

// maxListed bounds the faults that a bulk answer lists beyond the first of each task.
const maxListed = 1000

// createTasks is POST /v1/delivery-tasks: one task, or a list of them.
func (s *Server) createTasks(c *call) (any, error) {
	at := delivery.At(s.now())
	key, err := c.idempotencyKey()
	if err != nil {
		return nil, err
	}
	body, list, bulk, err := readBulk(c)
	if err != nil {
		return nil, err
	}
	if bulk {
		return s.createBulk(c, key, body, list, at)
	}
	asked, task, faults := readTask(body, at)
	if len(faults) > 0 {
		return nil, invalid(http.StatusBadRequest, "delivery_task:invalid", "The task is not as it must be.", faults...)
	}
	hash, err := requestHash(asked)
	if err != nil {
		return nil, err
	}
	receipts, err := s.deps.Store.CreateDeliveryTasks(c.ctx(), []models.NewDeliveryTask{
		{OrganizationID: c.principal.organization, Task: task, IdempotencyKey: key, RequestHash: hash, OnlyRepeat: asked.late}})
	if err != nil {
		return nil, unavailable(err)
	}
	r := receipts[0]
	if r.Err != nil {
		return nil, refusedTask(r.Err)
	}
	answer := reply{status: http.StatusCreated, body: CreatedTask{DeliveryTaskID: r.TaskID, DeliveryID: r.DeliveryID, Replayed: r.Replayed},
		header: map[string]string{"Location": "/v1/delivery-tasks/" + r.TaskID}}
	if r.Replayed {
		answer.status = http.StatusOK
	}
	return answer, nil
}

// createBulk makes the tasks of a list that are as they must be; those that are not concern no other.
func (s *Server) createBulk(c *call, key string, body []byte, list []json.RawMessage, at delivery.Instant) (any, error) {
	answer := CreatedTasks{BatchID: newUUID(), Tasks: []CreatedTask{}, Rejected: []Rejection{}}
	whole, err := requestHash(body)
	if err != nil {
		return nil, err
	}
	tasks, places := make([]models.NewDeliveryTask, 0, len(list)), make([]int, 0, len(list))
	for i, raw := range list {
		asked, task, faults := readTask(raw, at)
		if len(faults) > 0 {
			answer.Rejected = append(answer.Rejected, reject(i, "", faults))
			continue
		}
		hash := whole
		if key == "" {
			if hash, err = requestHash(asked); err != nil {
				return nil, err
			}
		}
		tasks, places = append(tasks, models.NewDeliveryTask{
			OrganizationID: c.principal.organization, Task: task, IdempotencyKey: key, RequestHash: hash, BatchID: answer.BatchID, OnlyRepeat: asked.late,
		}), append(places, i)
	}
	receipts, err := s.deps.Store.CreateDeliveryTasks(c.ctx(), tasks)
	if err != nil {
		return nil, unavailable(err)
	}
	answer.add(receipts, places)
	if len(answer.Tasks) == 0 {
		return nil, noTask(answer.Rejected)
	}
	return answer, nil
}

// add counts what the store made of the tasks.
func (t *CreatedTasks) add(receipts []models.DeliveryTaskReceipt, places []int) {
	for i, r := range receipts {
		switch {
		case r.Err != nil:
			refused := refusedTask(r.Err)
			if len(refused.InvalidParameters) > 0 {
				t.Rejected = append(t.Rejected, reject(places[i], "", refused.InvalidParameters))
			} else {
				t.Rejected = append(t.Rejected, Rejection{Index: places[i], Code: refused.Code, Reason: refused.Detail})
			}
			continue
		case r.Replayed:
			t.Replayed++
		default:
			t.Created++
		}
		t.Tasks = append(t.Tasks, CreatedTask{&places[i], r.TaskID, r.DeliveryID, r.Replayed})
	}
	slices.SortFunc(t.Rejected, func(a, b Rejection) int { return a.Index - b.Index })
	listed := 0
	for i := range t.Rejected {
		if listed += len(t.Rejected[i].Errors); listed > maxListed {
			t.Rejected[i].Errors = nil
		}
	}
}

// noTask is the answer to a list of which no task was taken.
func noTask(rejected []Rejection) *Problem {
	reused := refusedTask(models.ErrKeyReused)
	if slices.ContainsFunc(rejected, func(r Rejection) bool { return r.Code == reused.Code }) {
		return reused
	}
	p := problem(http.StatusBadRequest, "delivery_tasks:all_rejected", "No task was taken. The first that are wrong are listed.")
	for _, r := range rejected[:min(len(rejected), maxFaults)] {
		field := "[" + strconv.Itoa(r.Index) + "]"
		if r.Field != "" {
			field += "." + r.Field
		}
		p.InvalidParameters = append(p.InvalidParameters, InvalidParameter{Field: field, Code: r.Code, Reason: r.Reason})
	}
	return p
}

// newUUID makes a random UUID.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
