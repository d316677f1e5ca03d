package api

import (
	"net/http"
	"slices"

	"engaged/delivery"
	"engaged/models"
)

// DataverseTasks is the answer of CCaaS_GetDeliveryTasks.
type DataverseTasks struct {
	// Context names the type of the answer.
	Context string `json:"@odata.context"`
	// Value holds the task.
	Value []DataverseTask `json:"value"`
}

// DataverseTask is a delivery task as the reference shows it. Times are in UTC with milliseconds.
type DataverseTask struct {
	DeliveryTaskID string `json:"deliveryTaskId"`
	OrganizationID string `json:"organizationId"`
	Status         string `json:"status"`
	// RetryCount is how many loops through the chain have followed the first, MaxRetryCount how many may.
	RetryCount    int `json:"retryCount"`
	MaxRetryCount int `json:"maxRetryCount"`
	// WhenCreated is when the request was received.
	WhenCreated delivery.Instant `json:"whenCreated"`
	// NextScheduledTime is the earliest start of the attempt that waits, LastAttemptedTime the start of
	// the latest call; null without one.
	NextScheduledTime *delivery.Instant `json:"nextScheduledTime"`
	LastAttemptedTime *delivery.Instant `json:"lastAttemptedTime"`
	// FallbackAttempted is false: there is no other channel yet. ChannelType is Voice.
	FallbackAttempted           bool             `json:"fallbackAttempted"`
	ChannelType                 string           `json:"channelType"`
	ProactiveEngagementConfigID string           `json:"proactiveEngagementConfigId"`
	ExpirationDate              delivery.Instant `json:"expirationDate"`
	// ReattemptDelay is the delay between two loops in minutes, rounded up.
	ReattemptDelay int64 `json:"reattemptDelay"`
	// ReattemptSettings are the choice values of the results after which a number is called again.
	ReattemptSettings []int    `json:"reattemptSettings"`
	ContactIDs        []string `json:"contactIds"`
	// RequestID is the tracking id; null without one.
	RequestID            *string              `json:"requestId"`
	CustomerReached      bool                 `json:"customerReached"`
	CallbackAttemptCount int                  `json:"callbackAttemptCount"`
	Chain                DataverseChain       `json:"contactChainingStatus"`
	Deliveries           []DataverseDelivered `json:"deliveries"`
}

// DataverseChain is where a task's chain of contacts stands.
type DataverseChain struct {
	// CurrentLoopNumber counts from 1, the indices from 0.
	CurrentLoopNumber                   int    `json:"currentLoopNumber"`
	CurrentContactIndexAttempted        int    `json:"currentContactIndexAttempted"`
	CurrentContactIDAttempted           string `json:"currentContactIdAttempted"`
	CurrentPhoneIndexAttempted          int    `json:"currentPhoneIndexAttempted"`
	CurrentPhoneNumberTypeIDAttempted   string `json:"currentPhoneNumberTypeIdAttempted"`
	TotalContactsInChain                int    `json:"totalContactsInChain"`
	TotalPhonesInCurrentContact         int    `json:"totalPhonesInCurrentContact"`
	TotalPhonesInChain                  int    `json:"totalPhonesInChain"`
	TotalEligiblePhonesInChain          int    `json:"totalEligiblePhonesInChain"`
	TotalEligiblePhonesInCurrentContact int    `json:"totalEligiblePhonesInCurrentContact"`
	AreLoopsExhausted                   bool   `json:"areLoopsExhausted"`
	IsChainExhausted                    bool   `json:"isChainExhausted"`
	// SeqNo is the number of the latest attempt, LastDeliveryResult the latest result; null before one.
	SeqNo              int     `json:"seqNo"`
	LastDeliveryResult *string `json:"lastDeliveryResult"`
}

// DataverseDelivered is one attempt of a task.
type DataverseDelivered struct {
	ID     string          `json:"id"`
	Status delivery.Status `json:"status"`
	// Result is null until the status is final.
	Result *string `json:"result"`
}

// phoneTypes are the reference's names of the types of numbers.
var phoneTypes = map[string]string{
	string(delivery.Mobile): "MobilePhoneNumber", string(delivery.Business): "BusinessPhoneNumber", string(delivery.Home): "HomePhoneNumber",
}

// tasksOnDataverse is CCaaS_GetDeliveryTasks: a task as its log has it by now, so that who has cancelled it
// sees it cancelled.
func (s *Server) tasksOnDataverse(c *call) (any, error) {
	id, err := c.uuid("task_id", "delivery_task")
	if err != nil {
		return nil, err
	}
	found, err := s.deps.Store.DeliveryTask(c.ctx(), c.principal.organization, id)
	if err != nil {
		return nil, deliveryProblem("delivery_task", err)
	}
	folded, err := s.foldTask(c, models.Subject{OrganizationID: c.principal.organization, ConversationID: id, Kind: models.KindDelivery})
	if err != nil {
		return nil, err
	}
	context := s.publicURL(c.Request) + dataversePrefix + "/v9.0/$metadata#expando/$entity"
	return onDataverse(http.StatusOK, DataverseTasks{context, []DataverseTask{taskOnDataverse(found, folded.folded)}}), nil
}

// taskOnDataverse shows a task and what its log has made of it.
func taskOnDataverse(found models.DeliveryTask, now delivery.Folded) DataverseTask {
	task, view, retry := &found.Task, now.Task, found.Rules.Retry
	shown := DataverseTask{
		DeliveryTaskID: task.ID, OrganizationID: found.Row.OrganizationID, Status: string(view.Status), RetryCount: view.Retries,
		MaxRetryCount: view.MaxRetries, WhenCreated: task.AcceptedAt, NextScheduledTime: view.NextScheduledAt, LastAttemptedTime: view.LastCallAt,
		ChannelType: "Voice", ProactiveEngagementConfigID: task.ConfigurationID, ExpirationDate: delivery.At(found.Row.ExpiresAt),
		ReattemptDelay: (int64(retry.Delay) + 59_999) / 60_000, ReattemptSettings: make([]int, 0, len(retry.On)), RequestID: orNull(task.TrackingID),
		CustomerReached: view.CustomerReached, CallbackAttemptCount: view.Callbacks, Chain: chainOnDataverse(view.Chain, now.State.Seq),
	}
	for _, on := range retry.On {
		shown.ReattemptSettings = append(shown.ReattemptSettings, delivery.ReattemptCodes[on])
	}
	slices.Sort(shown.ReattemptSettings)
	for i := range task.Contacts {
		shown.ContactIDs = append(shown.ContactIDs, task.Contacts[i].ID)
	}
	results := map[int]DataverseDelivered{}
	last := now.State.Seq
	for _, row := range found.Deliveries {
		results[int(row.Seq)] = DataverseDelivered{Status: delivery.Status(row.Status), Result: row.Result}
		last = max(last, int(row.Seq))
	}
	for _, a := range now.Attempts {
		results[a.Seq] = DataverseDelivered{Status: a.Status, Result: orNull(string(a.Result))}
	}
	for seq := 1; seq <= last; seq++ {
		if one, known := results[seq]; known {
			one.ID = delivery.AttemptID(found.Row.OrganizationID, task.ID, seq)
			shown.Deliveries = append(shown.Deliveries, one)
		}
	}
	return shown
}

func chainOnDataverse(v delivery.ChainView, seq int) DataverseChain {
	return DataverseChain{
		CurrentLoopNumber: v.Loop, CurrentContactIndexAttempted: v.ContactIndex, CurrentContactIDAttempted: v.ContactID,
		CurrentPhoneIndexAttempted: v.PhoneIndex, CurrentPhoneNumberTypeIDAttempted: phoneTypes[v.PhoneType], TotalContactsInChain: v.Contacts,
		TotalPhonesInCurrentContact: v.PhonesInContact, TotalPhonesInChain: v.Phones, TotalEligiblePhonesInChain: v.EligiblePhones,
		TotalEligiblePhonesInCurrentContact: v.EligiblePhonesInContact, AreLoopsExhausted: v.LoopsExhausted, IsChainExhausted: v.ChainExhausted,
		SeqNo: seq, LastDeliveryResult: orNull(string(v.LastResult)),
	}
}
