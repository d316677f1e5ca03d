package api

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"engaged/delivery"
)

// dataverseAction is one of the reference's actions that ask for one delivery.
type dataverseAction struct {
	// name is the action's.
	name string
	// namesTask tells that the answer holds the task's id beside the delivery's.
	namesTask bool
	// read takes what is particular to the action.
	read func(f *form, r *dataverseRequest)
	// contact is what names the contact in faults; %d is its place. target names single parameters.
	contact string
	target  map[string]string
}

// dataverseRequest is a request for a delivery: what the native API knows of it, and what it does not.
type dataverseRequest struct {
	taskBody
	// Unused are parameters that nothing depends on, such as names. They only tell requests apart.
	Unused []string
}

// The actions that ask for one delivery each.
var (
	voiceDelivery = dataverseAction{
		name: "CCaaS_CreateProactiveVoiceDelivery", read: readVoice,
		target: map[string]string{"id": "ContactId", "mobile": "DestinationPhoneNumber", "phones": "DestinationPhoneNumber"},
	}
	proactiveDelivery = dataverseAction{
		name: "CCaaS_CreateProactiveDelivery", namesTask: true, read: readChain, contact: "Contacts[%d].",
	}
	simpleDelivery = dataverseAction{
		name: "CCaaS_CreateSimpleProactiveDelivery", namesTask: true, read: readFlat,
	}
	// bulkItem is one record of a bulk request.
	bulkItem = dataverseAction{read: readFlat}
)

// contactNames are the reference's names of what a contact has, where an action has no others.
var contactNames = map[string]string{
	"id": "uniqueIdentifier", "mobile": "mobilePhoneNumber", "business": "businessPhoneNumber", "home": "homePhoneNumber",
	"phones": "mobilePhoneNumber", "postal_code": "postalcode", "time_zone": "timezone", "input_attributes": "inputAttributes",
}

// taskNames are those of what a task has.
var taskNames = map[string]string{
	"configuration_id": "ProactiveEngagementConfigId", "tracking_id": "RequestId", "priority": "Priority", "message": "Message",
	"contacts": "Contacts", "windows": "Windows", "input_attributes": "InputAttributes",
}

// decode reads a request that was received at an instant and makes a task of it. Faults are in the form.
func (a dataverseAction) decode(f *form, at delivery.Instant) (*dataverseRequest, delivery.Task) {
	r := &dataverseRequest{}
	f.version()
	r.ConfigurationID, r.TrackingID = f.requiredID("ProactiveEngagementConfigId"), f.text("RequestId")
	return r, a.task(f, r, at)
}

// task takes what is particular to the action and makes the task.
func (a dataverseAction) task(f *form, r *dataverseRequest, at delivery.Instant) delivery.Task {
	a.read(f, r)
	f.rest()
	return a.check(f, r, at)
}

// version takes the version that every body names.
func (f *form) version() {
	if version := f.required("ApiVersion"); version != "1.0" && version != "" {
		f.note("delivery:unsupported_api_version", "ApiVersion", "Send 1.0.")
	}
}

// check makes the task, as the native API does; windows that are all past are no fault.
func (a dataverseAction) check(f *form, r *dataverseRequest, at delivery.Instant) delivery.Task {
	r.AllowExpired = true
	noted := map[string]bool{}
	for _, w := range *f.wrong {
		noted[w.Field] = true
	}
	// That of the native API.
	native := &r.taskBody
	task, wrong := native.check(at)
	for _, w := range wrong {
		if field := a.field(w.Field, native); !noted[f.path+field] {
			f.wrong.add(w.Code, f.path+field, w.Reason)
		}
	}
	task.ID = newUUID()
	return task
}

var contactField = regexp.MustCompile(`^contacts\[(\d+)\]\.([a-z_]+)(?:\[(\d+)\])?`)

// field is the reference's name of a parameter that the native API knows by another.
func (a dataverseAction) field(native string, body *taskBody) string {
	match := contactField.FindStringSubmatch(native)
	if match == nil {
		if name, known := taskNames[native]; known {
			return name
		}
		return native
	}
	place, _ := strconv.Atoi(match[1])
	part := match[2]
	if match[3] != "" && part == "phones" {
		phone, _ := strconv.Atoi(match[3])
		part = string(body.Contacts[place].Phones[phone].Type)
	}
	if name, own := a.target[part]; own {
		return name
	}
	if name, known := contactNames[part]; known {
		part = name
	}
	if a.contact != "" {
		return fmt.Sprintf(a.contact, place) + part
	}
	return part
}

// readVoice takes what the first generation's voice action has.
func readVoice(f *form, r *dataverseRequest) {
	r.Contacts = []simulatedContact{{ID: f.required("ContactId")}}
	if number := f.required("DestinationPhoneNumber"); number != "" {
		r.Contacts[0].Phones = []delivery.Phone{{Type: delivery.Mobile, Number: number}}
	}
	r.Message, r.Windows, r.InputAttributes = f.text("Message"), f.windows("Windows"), f.attributes("InputAttributes")
}

// readChain takes up to five contacts, called one after another.
func readChain(f *form, r *dataverseRequest) {
	r.Message, r.Priority = f.text("Message"), f.text("Priority")
	r.Windows, r.InputAttributes = f.windows("Windows"), f.attributes("InputAttributes")
	list := f.list("Contacts", delivery.MaxContacts, delivery.CodeContactLimit)
	for i, raw := range list {
		one := f.nested("Contacts", i, raw)
		contact := readContact(one, r)
		contact.Windows, contact.InputAttributes = one.windows("windows"), one.attributes("inputAttributes")
		one.rest()
		r.Contacts = append(r.Contacts, contact)
	}
}

// readFlat takes one contact whose parameters stand beside those of the task.
func readFlat(f *form, r *dataverseRequest) {
	r.Contacts = []simulatedContact{readContact(f, r)}
	r.Message, r.Priority = f.text("Message"), f.text("Priority")
	r.Windows, r.InputAttributes = f.windows("Windows"), f.attributes("InputAttributes")
}

// readContact takes what a contact has wherever it stands. Names and addresses decide nothing and are not
// kept.
func readContact(f *form, r *dataverseRequest) simulatedContact {
	c := simulatedContact{
		ID: f.required("uniqueIdentifier"), TimeZone: f.text("timezone"), Country: f.text("country"), State: f.text("state"),
		PostalCode: f.text("postalcode", "zipcode"),
	}
	r.Unused = append(r.Unused, f.required("firstName"), f.required("lastName"), f.text("email"), f.text("addressline"), f.text("city"))
	for _, kind := range []delivery.PhoneType{delivery.Mobile, delivery.Business, delivery.Home} {
		if number := strings.TrimSpace(f.text(string(kind) + "PhoneNumber")); number != "" {
			c.Phones = append(c.Phones, delivery.Phone{Type: kind, Number: number})
		}
	}
	return c
}
