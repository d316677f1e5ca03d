package api

import (
	"context"
	"net/http"
	"time"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// DeliveryTasks makes, reads and commands delivery tasks; models.Store does. Ids of tasks and attempts
// are UUIDs.
type DeliveryTasks interface {
	// CreateDeliveryTasks returns a receipt for each, in their order.
	CreateDeliveryTasks(ctx context.Context, tasks []models.NewDeliveryTask) ([]models.DeliveryTaskReceipt, error)
	DeliveryTask(ctx context.Context, organization, id string) (models.DeliveryTask, error)
	ListDeliveryTasks(ctx context.Context, filter models.DeliveryTaskFilter) ([]models.DeliveryTaskRow, error)
	Delivery(ctx context.Context, organization, id string) (models.DeliveryRow, error)
	DeliveryAttributes(ctx context.Context, organization, id string) ([]models.DeliveryAttributeRow, error)
	ListDeliveries(ctx context.Context, filter models.DeliveryFilter) ([]models.DeliveryRow, error)

	// AppendDeliveryEvents makes events durable in the logs of their tasks, with a receipt for each.
	AppendDeliveryEvents(ctx context.Context, submissions []models.DeliverySubmission) ([]models.DeliveryReceipt, error)
	// LoadDelivery reads what the fold of a task needs; a plan without an id: there is no such task.
	LoadDelivery(ctx context.Context, subject models.Subject) (models.DeliveryRun, error)
	// EntryOutcome tells what became of an entry that was recorded.
	EntryOutcome(ctx context.Context, subject models.Subject, number int64) (engagement.Outcome, error)
	// DeliveryAttemptLog reads what was decided and done about a task's attempts.
	DeliveryAttemptLog(ctx context.Context, organization, task string, after int64, limit int) ([]models.DeliveryAttemptLogRow, error)
	// DeliveryCapacity tells what pacing has to give to a configuration now.
	DeliveryCapacity(ctx context.Context, organization, configuration string) (delivery.Capacity, error)
	// DeliveryOrderTaker tells who has taken an order.
	DeliveryOrderTaker(ctx context.Context, organization, id string, fence int64) (models.OrderTaker, error)

	// ClaimOrders hands orders to a dialer; ListenOrders calls wake whenever there may be some.
	ClaimOrders(ctx context.Context, organization, dialer string, most int, lease time.Duration) ([]models.DialOrder, error)
	ListenOrders(ctx context.Context, wake func()) error
	// StartDelivery decides whether a call may be made now.
	StartDelivery(ctx context.Context, start models.DeliveryStart) (delivery.Instant, error)
}

// deliveryTaskRoutes are delivery tasks and their attempts.
func (s *Server) deliveryTaskRoutes() []route {
	write, read := []Scope{DeliveriesWrite}, []Scope{DeliveriesWrite, ReportsRead}
	const (
		tasks      = "/v1/delivery-tasks"
		task       = tasks + "/{task_id}"
		deliveries = "/v1/deliveries"
		attempt    = deliveries + "/{delivery_id}"
	)
	return []route{
		{Route{http.MethodPost, tasks, false, write, noQuery}, s.createTasks},
		{Route{http.MethodGet, tasks, false, read, deliveryTaskQuery}, s.listDeliveryTasks},
		{Route{http.MethodGet, task, false, read, noQuery}, s.getDeliveryTask},
		{Route{http.MethodGet, task + "/explain", false, read, noQuery}, s.explain},
		{Route{http.MethodGet, task + "/log", false, read, []string{"after", "limit"}}, s.attemptLog},
		{Route{http.MethodPost, task + "/cancel", false, write, noQuery}, s.command(delivery.TaskCancelled)},
		{Route{http.MethodPost, task + "/suspend", false, write, noQuery}, s.command(delivery.TaskSuspended)},
		{Route{http.MethodPost, task + "/resume", false, write, noQuery}, s.command(delivery.TaskResumed)},
		{Route{http.MethodPost, task + "/reschedule", false, write, noQuery}, s.reschedule},
		{Route{http.MethodPost, task + "/dead-letters/{number}/redrive", false, []Scope{Admin}, noQuery}, s.redriveTask},
		{Route{http.MethodGet, deliveries, false, read, deliveryQuery}, s.listDeliveries},
		{Route{http.MethodGet, attempt, false, read, noQuery}, s.getDelivery},
		{Route{http.MethodPost, attempt + "/events", false, write, noQuery}, s.postDeliveryEvents},
		{Route{http.MethodPost, attempt + "/start", false, write, noQuery}, s.startDelivery},
		{Route{http.MethodPost, "/v1/dialer/claims", false, write, noQuery}, s.claimOrders},
	}
}
