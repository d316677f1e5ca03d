package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// maxContactRecords is how many consents or entries of a list one request may hold.
const maxContactRecords = 10_000

// DeliveryConsent is one record of whether a contact, or whoever has a number, may be called.
type DeliveryConsent struct {
	// ID numbers the records as they came.
	ID int64 `json:"id"`
	// ContactID or Number says whom it concerns; the other one is left out.
	ContactID string `json:"contact_id,omitempty"`
	Number    string `json:"number,omitempty"`
	OptedOut  bool   `json:"opted_out"`
	// Source is who says so: a key, or the disposition of a call.
	Source string `json:"source"`
	// RecordedAt is from when on it holds.
	RecordedAt engagement.Instant `json:"recorded_at"`
}

// DeliveryConsentPage is one page of consents, as they came.
type DeliveryConsentPage struct {
	// Data is the page.
	Data []DeliveryConsent `json:"data"`
	// NextAfter, where there is more, is the value of after for the next page.
	NextAfter string `json:"next_after,omitempty"`
}

// Recorded tells how many records a request made.
type Recorded struct {
	Recorded int `json:"recorded"`
}

// consentsBody is what POST takes.
type consentsBody struct {
	Records []struct {
		ContactID string `json:"contact_id"`
		Number    string `json:"number"`
		OptedOut  *bool  `json:"opted_out"`
	} `json:"records"`
}

// postConsents is POST /v1/delivery-consents.
func (s *Server) postConsents(c *call) (any, error) {
	var body consentsBody
	if err := c.object(&body); err != nil {
		return nil, err
	}
	consents, err := body.consents()
	if err != nil {
		return nil, err
	}
	audit := deliveryAudit(c, "delivery_consents.add")
	audit.Subject = "delivery_consents"
	if err := s.deps.Store.AddConsents(c.ctx(), consents, audit); err != nil {
		return nil, unavailable(err)
	}
	return Recorded{len(consents)}, nil
}

// consents checks the records, all or none of which are taken.
func (b consentsBody) consents() ([]models.DeliveryConsent, error) {
	if err := countRecords("records", len(b.Records)); err != nil {
		return nil, err
	}
	consents := make([]models.DeliveryConsent, len(b.Records))
	var wrong contactFindings
	for i, r := range b.Records {
		field := fmt.Sprintf("records[%d]", i)
		switch {
		case (r.ContactID == "") == (r.Number == ""):
			wrong.add(delivery.CodeMissingField, field, "Give contact_id or number, one of the two.")
		case r.Number != "":
			wrong.number(field+".number", r.Number)
		default:
			wrong.contact(field+".contact_id", r.ContactID)
		}
		if r.OptedOut == nil {
			wrong.add(delivery.CodeMissingField, field+".opted_out", "Add opted_out: true or false.")
			continue
		}
		consents[i] = models.DeliveryConsent{ContactID: r.ContactID, Number: r.Number, OptedOut: *r.OptedOut}
	}
	return consents, wrong.problem()
}

// listConsents is GET /v1/delivery-consents.
func (s *Server) listConsents(c *call) (any, error) {
	q := queryOf(c)
	limit, after := q.limit("limit", 100, 1000), q.place("after")
	if err := q.problem(); err != nil {
		return nil, err
	}
	list, err := s.deps.Store.ListConsents(c.ctx(), c.principal.organization, c.Query("contact_id"), q.number("number"), after, limit+1)
	if err != nil {
		return nil, unavailable(err)
	}
	page := DeliveryConsentPage{Data: []DeliveryConsent{}}
	for _, r := range list[:min(limit, len(list))] {
		page.Data = append(page.Data, DeliveryConsent{r.ID, r.ContactID, r.Number, r.OptedOut, r.Source, engagement.At(r.RecordedAt)})
	}
	if len(list) > limit {
		page.NextAfter = strconv.FormatInt(list[limit-1].ID, 10)
	}
	return page, nil
}

// contactFindings collects what is wrong with contacts and numbers, up to 100 things.
type contactFindings []delivery.FieldError

func (f *contactFindings) add(code, field, reason string) {
	if len(*f) < 100 {
		*f = append(*f, delivery.FieldError{Code: code, Field: field, Reason: reason})
	}
}

func (f *contactFindings) number(field, number string) {
	if !delivery.ValidNumber(number) {
		f.add(delivery.CodeInvalidPhone, field, "Write the number in E.164: +, country code and number, 7 to 15 digits.")
	}
}

func (f *contactFindings) contact(field, id string) {
	if id == "" || len(id) > maxIdentifier {
		f.add(delivery.CodeInvalidField, field, "Give the contact an id of 1 to 128 bytes.")
	}
}

func (f *contactFindings) problem() error {
	if len(*f) == 0 {
		return nil
	}
	return invalidDelivery("delivery_contacts:invalid", "Some records are not as they must be; none was taken.", *f)
}

// countRecords refuses none and more than a request may hold.
func countRecords(field string, n int) error {
	switch {
	case n == 0:
		return invalidDelivery("delivery_contacts:invalid", "There is nothing to do.", []delivery.FieldError{
			{Code: delivery.CodeMissingField, Field: field, Reason: "List at least one."}})
	case n > maxContactRecords:
		return problem(http.StatusRequestEntityTooLarge, "delivery_contacts:too_many", "A request may hold at most %d records. Send them in several requests.", maxContactRecords)
	}
	return nil
}

// place reads the number after which a page begins; 0 for the beginning.
func (q *query) place(name string) int64 {
	text := q.c.Query(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		q.refuse(name, "must be the next_after of an earlier page")
	}
	return n
}

// number reads a phone number. A plus sign that was not encoded arrives as a blank.
func (q *query) number(name string) string {
	text := q.c.Query(name)
	if rest, ok := strings.CutPrefix(text, " "); ok {
		return "+" + rest
	}
	return text
}
