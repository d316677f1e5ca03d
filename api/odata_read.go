package api

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"engaged/models"
	"engaged/odata"
)

// The sizes of pages.
const (
	odataPage    = 1000
	odataPageMax = 5000
	// maxODataQuery bounds a query without its $skiptoken in bytes, so that links to further pages stay within
	// what a query may have.
	maxODataQuery = 5000
)

// odataQuestion is what a call asks of a table.
type odataQuestion struct {
	models.ODataQuestion
	root string
	// results is the set of results that is shown.
	results string
}

// odataQuestion finds the table as the caller's organization wants to see it.
func (s *Server) odataQuestion(c *call, table odataTable) (odataQuestion, *odata.Entity, error) {
	settings, err := s.currentSettings(c)
	if err != nil {
		return odataQuestion{}, nil, err
	}
	q := odataQuestion{root: s.odataURL(c), results: models.DeliveryResultsCurrent}
	q.OrganizationID, q.Timeout = c.principal.organization, s.config.ODataTimeout
	if settings.DeliveryResults != nil {
		q.results = *settings.DeliveryResults
	}
	return q, table(models.ODataTablesOf(settings)), nil
}

// odataGet answers GET for one row.
func (s *Server) odataGet(table odataTable, parameter string) handler {
	return func(c *call) (any, error) {
		options, err := odataOptions(c, odataJSON...)
		if err != nil {
			return nil, err
		}
		q, entity, err := s.odataQuestion(c, table)
		if err != nil {
			return nil, err
		}
		if q.Query, err = odata.ParseRow(entity, options); err != nil {
			return nil, odataProblem(err)
		}
		row, err := s.deps.Store.ReadODataRow(c.ctx(), q.ODataQuestion, strings.TrimPrefix(c.Param(parameter), entity.ID+"="))
		if err != nil {
			return nil, odataProblem(err)
		}
		e := odataEncoder{}
		e.row(q.Query, &row, odataContext(q.root, q.Query)+"/$entity")
		answer := odataReply(e.body, odataJSONType)
		if row.Version != 0 {
			answer.header["ETag"] = odataETag(row.Version)
		}
		return answer, nil
	}
}

// odataList answers GET for a page of rows.
func (s *Server) odataList(table odataTable) handler {
	return func(c *call) (any, error) {
		options, err := odataOptions(c, odataJSON...)
		if err != nil {
			return nil, err
		}
		token := options["$skiptoken"]
		delete(options, "$skiptoken")
		if len(options.Encode()) > maxODataQuery {
			return nil, odataProblem(&odata.Error{Option: "query", Reason: odata.TooMuch, Message: "The query is longer than " + strconv.Itoa(maxODataQuery) + " bytes."})
		}
		q, entity, err := s.odataQuestion(c, table)
		if err != nil {
			return nil, err
		}
		if q.Query, err = odata.ParseQuery(entity, options); err != nil {
			return nil, odataProblem(err)
		}
		place, err := q.begin(options, token)
		if err != nil {
			return nil, odataProblem(err)
		}
		preferred := place.prefer(c.Request.Header.Values("Prefer"))
		q.Limit = place.limit()
		page, err := s.deps.Store.ReadOData(c.ctx(), q.ODataQuestion)
		if err != nil {
			return nil, odataProblem(err)
		}
		body, err := q.answer(options, place, page)
		if err != nil {
			return nil, err
		}
		answer := odataReply(body, odataJSONType)
		if preferred {
			answer.header["Preference-Applied"] = "odata.maxpagesize=" + strconv.Itoa(place.Size)
		}
		return answer, nil
	}
}

// maxPageSize is the preference of a page's size, with or without the prefix of OData 4.0.
var maxPageSize = regexp.MustCompile(`(?i)(?:^|,)\s*(?:odata\.)?maxpagesize\s*=\s*"?([1-9][0-9]{0,8})"?\s*(?:,|;|$)`)

// prefer takes the page size that the headers prefer; false without one. More than there may be is the most.
func (p *odataPlace) prefer(headers []string) bool {
	found := maxPageSize.FindStringSubmatch(strings.Join(headers, ","))
	if found == nil {
		return false
	}
	n, err := strconv.Atoi(found[1])
	p.Size = min(n, odataPageMax)
	return err == nil
}

// answer is the body of a page.
func (q odataQuestion) answer(options map[string][]string, place odataPlace, page models.ODataPage) ([]byte, error) {
	if q.Query.Count && place.Count == nil {
		place.Count = &page.Count
	}
	e := odataEncoder{}
	e.open('{')
	e.name("@odata.context").text(odataContext(q.root, q.Query))
	if place.Count != nil {
		e.name("@odata.count").number(*place.Count)
	}
	e.name("value").open('[')
	for i := range page.Rows {
		e.row(q.Query, &page.Rows[i], "")
	}
	e.close(']')
	link, err := q.next(options, place, page)
	if err != nil {
		return nil, err
	}
	if link != "" {
		e.name("@odata.nextLink").text(link)
	}
	e.close('}')
	return e.body, nil
}

// odataContext is the address that describes what is shown of a set.
func odataContext(root string, q *odata.Query) string {
	return root + "/$metadata#" + q.Entity.Set + shownOf(q)
}

// shownOf lists in parentheses what a query shows; empty if that is every property and nothing else.
func shownOf(q *odata.Query) string {
	var names []string
	if q.Selected {
		for _, p := range q.Select {
			names = append(names, p.Name)
		}
	}
	for _, e := range q.Expand {
		within := shownOf(e.Query)
		if within == "" {
			within = "()"
		}
		names = append(names, e.Navigation.Name+within)
	}
	if len(names) == 0 {
		return ""
	}
	return "(" + strings.Join(names, ",") + ")"
}

func odataETag(version int32) string { return `W/"` + strconv.Itoa(int(version)) + `"` }

// odataTooLong is a link that a query could not hold.
var odataTooLong = problem(http.StatusBadRequest, "query:too_complex",
	"The texts by which rows are ordered are too long for a link to the next page. Order by other properties.")
