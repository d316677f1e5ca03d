package api

import (
	"net/http"

	"engaged/delivery"
	"engaged/models"
)

// dataverseVersion begins the paths of the actions.
const dataverseVersion = dataversePrefix + "/v9.2/"

// DataverseDelivery is the answer of the actions that ask for one delivery.
type DataverseDelivery struct {
	// Context names the type of the answer.
	Context string `json:"@odata.context"`
	// DeliveryID is that of the first attempt, DeliveryTaskID the task's; those of the first time for a
	// repeat.
	DeliveryID     string `json:"DeliveryId"`
	DeliveryTaskID string `json:"DeliveryTaskId,omitempty"`
}

// createDelivery answers an action that asks for one delivery.
func (s *Server) createDelivery(a dataverseAction) handler {
	return func(c *call) (any, error) {
		at := delivery.At(s.now())
		f, err := readForm(c, MaxBody)
		if err != nil {
			return nil, err
		}
		asked, task := a.decode(f, at)
		if err := f.problem(); err != nil {
			return nil, err
		}
		hash, err := requestHash(asked)
		if err != nil {
			return nil, err
		}
		receipts, err := s.deps.Store.CreateDeliveryTasks(c.ctx(), []models.NewDeliveryTask{
			{OrganizationID: c.principal.organization, Task: task, RequestHash: hash}})
		if err != nil {
			return nil, unavailable(err)
		}
		r := receipts[0]
		if r.Err != nil {
			return nil, refusedTask(r.Err)
		}
		answer := DataverseDelivery{Context: s.actionContext(c, a.name), DeliveryID: r.DeliveryID}
		if a.namesTask {
			answer.DeliveryTaskID = r.TaskID
		}
		return onDataverse(http.StatusOK, answer), nil
	}
}

// refuseSMS answers the action for text messages.
func refuseSMS(*call) (any, error) {
	return nil, problem(http.StatusBadRequest, "delivery:channel_not_supported", "SMS is not supported yet: ask for a voice delivery.")
}

// actionContext is the context of what an action answers.
func (s *Server) actionContext(c *call, action string) string {
	return s.publicURL(c.Request) + dataverseVersion + "$metadata#Microsoft.Dynamics.CRM." + action + "Response"
}

// onDataverse is an answer with the headers of the reference's data API.
func onDataverse(status int, body any) reply {
	return reply{status: status, body: body, header: map[string]string{"OData-Version": "4.0"}}
}

// dataverseActionRoutes are the reference's actions for deliveries, and its function that shows a task.
func (s *Server) dataverseActionRoutes() []route {
	write, read := []Scope{DeliveriesWrite}, []Scope{DeliveriesWrite, ReportsRead}
	post := func(action string, handle handler) route {
		return route{Route{http.MethodPost, dataverseVersion + action, false, write, noQuery}, handle}
	}
	table := []route{
		post("CCaaS_CreateProactiveSMSDelivery", refuseSMS),
		post("CCaaS_CancelDeliveryTask", s.cancelOnDataverse),
		post("CCaaS_CreateOperation", s.createOperation),
		{Route{http.MethodGet, dataversePrefix + "/v9.0/CCaaS_GetDeliveryTasks(DeliveryTaskId={task_id})", false, read, noQuery}, s.tasksOnDataverse},
	}
	for _, a := range []dataverseAction{voiceDelivery, proactiveDelivery, simpleDelivery} {
		table = append(table, post(a.name, s.createDelivery(a)))
	}
	for _, name := range []string{"CCaaS_CreateProactiveBulkDelivery", "CCaaS_CreateProactiveDeliveryBulkV2"} {
		table = append(table, post(name, s.createDeliveries(name)))
	}
	return table
}
