package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"engaged/delivery"
	"engaged/engagement"
	"engaged/models"
)

// DoNotContact is an entry of a do-not-contact list: a contact or a number.
type DoNotContact struct {
	// ID numbers the entries as they came.
	ID int64 `json:"id"`
	// List is the list's name.
	List string `json:"list"`
	// ContactID or Number says who is not to be called; the other one is left out.
	ContactID string             `json:"contact_id,omitempty"`
	Number    string             `json:"number,omitempty"`
	CreatedAt engagement.Instant `json:"created_at"`
}

// DoNotContactPage is one page of entries, as they came.
type DoNotContactPage struct {
	// Data is the page.
	Data []DoNotContact `json:"data"`
	// NextAfter, where there is more, is the value of after for the next page.
	NextAfter string `json:"next_after,omitempty"`
}

// DoNotContactChange is a request to put contacts and numbers on a list, or to take them off.
type DoNotContactChange struct {
	// List is the list's name, 1 to 128 bytes. A list exists while it has entries.
	List string `json:"list"`
	// ContactIDs and Numbers are at most 10,000 together.
	ContactIDs []string `json:"contact_ids"`
	Numbers    []string `json:"numbers"`
}

// DoNotContactChanged tells what a change came to.
type DoNotContactChanged struct {
	List string `json:"list"`
	// Changed is how many entries were added or removed; the others were there, or not, already.
	Changed int `json:"changed"`
}

// addDoNotContact is POST /v1/do-not-contact.
func (s *Server) addDoNotContact(c *call) (any, error) {
	return changeDoNotContact(c, "do_not_contact.add", s.deps.Store.AddDoNotContact)
}

// removeDoNotContact is POST /v1/do-not-contact/removals.
func (s *Server) removeDoNotContact(c *call) (any, error) {
	return changeDoNotContact(c, "do_not_contact.remove", s.deps.Store.RemoveDoNotContact)
}

func changeDoNotContact(c *call, action string, change func(context.Context, string, []string, []string, models.Audit) (int, error)) (any, error) {
	var body DoNotContactChange
	if err := c.object(&body); err != nil {
		return nil, err
	}
	if err := body.check(); err != nil {
		return nil, err
	}
	changed, err := change(c.ctx(), body.List, body.ContactIDs, body.Numbers, deliveryAudit(c, action))
	if err != nil {
		return nil, unavailable(err)
	}
	return DoNotContactChanged{body.List, changed}, nil
}

// check refuses the whole change if anything is wrong with it.
func (b DoNotContactChange) check() error {
	if err := countRecords("numbers", len(b.ContactIDs)+len(b.Numbers)); err != nil {
		return err
	}
	var wrong contactFindings
	if strings.TrimSpace(b.List) == "" || len(b.List) > maxIdentifier {
		wrong.add(delivery.CodeInvalidField, "list", "Name the list with 1 to 128 bytes.")
	}
	for i, id := range b.ContactIDs {
		wrong.contact(fmt.Sprintf("contact_ids[%d]", i), id)
	}
	for i, number := range b.Numbers {
		wrong.number(fmt.Sprintf("numbers[%d]", i), number)
	}
	return wrong.problem()
}

// listDoNotContact is GET /v1/do-not-contact.
func (s *Server) listDoNotContact(c *call) (any, error) {
	q := queryOf(c)
	limit, after := q.limit("limit", 100, 1000), q.place("after")
	if err := q.problem(); err != nil {
		return nil, err
	}
	list, err := s.deps.Store.ListDoNotContact(c.ctx(), c.principal.organization, c.Query("list"), c.Query("contact_id"), q.number("number"), after, limit+1)
	if err != nil {
		return nil, unavailable(err)
	}
	page := DoNotContactPage{Data: []DoNotContact{}}
	for _, e := range list[:min(limit, len(list))] {
		page.Data = append(page.Data, DoNotContact{e.ID, e.List, e.ContactID, e.Number, engagement.At(e.CreatedAt)})
	}
	if len(list) > limit {
		page.NextAfter = strconv.FormatInt(list[limit-1].ID, 10)
	}
	return page, nil
}
