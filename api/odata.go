package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"engaged/models"
	"engaged/odata"
)

// DeliveryTables reads deliveries as reporting tools do; models.Store does.
type DeliveryTables interface {
	// ReadOData answers a question; models.ErrStatementTimeout if that takes too long.
	ReadOData(ctx context.Context, q models.ODataQuestion) (models.ODataPage, error)
	// ReadODataRow reads the row with a GUID.
	ReadODataRow(ctx context.Context, q models.ODataQuestion, id string) (models.ODataRow, error)
}

// odataRoot is the service root of the tables, without the slash at its end.
const odataRoot = dataversePrefix + "/v9.2"

// odataRoutes are the tables of deliveries. The options of their queries are OData's and checked there.
func (s *Server) odataRoutes() []route {
	read := []Scope{ReportsRead}
	const deliveries, attributes = odataRoot + "/msdyn_proactive_deliveries", odataRoot + "/msdyn_proactive_delivery_attributes"
	return []route{
		{Route{http.MethodGet, odataRoot + "/", false, read, nil}, s.odataService},
		{Route{http.MethodGet, odataRoot + "/$metadata", false, read, nil}, s.odataMetadata},
		{Route{http.MethodGet, deliveries, false, read, nil}, s.odataList(deliveryRows)},
		{Route{http.MethodGet, deliveries + "({delivery_id})", false, read, nil}, s.odataGet(deliveryRows, "delivery_id")},
		{Route{http.MethodGet, attributes, false, read, nil}, s.odataList(attributeRows)},
		{Route{http.MethodGet, attributes + "({attribute_id})", false, read, nil}, s.odataGet(attributeRows, "attribute_id")},
	}
}

// odataTable picks one of the tables.
type odataTable func(models.ODataTables) *odata.Entity

func deliveryRows(t models.ODataTables) *odata.Entity  { return t.Deliveries }
func attributeRows(t models.ODataTables) *odata.Entity { return t.Attributes }

// odataMetadataDocument is the metadata document. What a setting changes of the tables does not show in it.
var odataMetadataDocument = sync.OnceValues(func() ([]byte, error) {
	tables := models.ODataTablesOf(models.OrganizationSettings{})
	return odata.Metadata(odata.Model{
		Namespace: "Microsoft.Dynamics.CRM", Container: "System", Entities: []*odata.Entity{tables.Deliveries, tables.Attributes},
	})
})

// odataMetadata is GET /api/data/v9.2/$metadata.
func (s *Server) odataMetadata(c *call) (any, error) {
	if _, err := odataOptions(c, "xml", "application/xml"); err != nil {
		return nil, err
	}
	document, err := odataMetadataDocument()
	if err != nil {
		return nil, err
	}
	return odataReply(document, "application/xml; charset=utf-8"), nil
}

// odataService is GET /api/data/v9.2/: the sets that there are.
func (s *Server) odataService(c *call) (any, error) {
	options, err := odataOptions(c, odataJSON...)
	if err != nil {
		return nil, err
	}
	if len(options) > 0 {
		return nil, odataProblem(&odata.Error{Option: slices.Sorted(maps.Keys(options))[0], Reason: odata.Unsupported, Message: "The service document takes no options."})
	}
	tables := models.ODataTablesOf(models.OrganizationSettings{})
	answer := ODataService{Context: s.odataURL(c) + "/$metadata"}
	for _, e := range []*odata.Entity{tables.Deliveries, tables.Attributes} {
		answer.Value = append(answer.Value, ODataSet{Name: e.Set, Kind: "EntitySet", URL: e.Set})
	}
	body, err := encodeAnalytics(answer)
	if err != nil {
		return nil, err
	}
	return odataReply(body, odataJSONType), nil
}

// ODataService is the service document.
type ODataService struct {
	// Context is the address of the metadata document.
	Context string `json:"@odata.context"`
	// Value lists the sets.
	Value []ODataSet `json:"value"`
}

// ODataSet is one set of rows.
type ODataSet struct {
	Name string `json:"name"`
	// Kind is EntitySet.
	Kind string `json:"kind"`
	// URL is relative to the service root.
	URL string `json:"url"`
}

// odataJSONType is the media type of everything but the metadata document.
const odataJSONType = "application/json; odata.metadata=minimal"

// odataJSON are the values of $format that ask for it.
var odataJSON = []string{"json", "application/json", "application/json;odata.metadata=minimal"}

func odataReply(body []byte, kind string) reply {
	return reply{raw: body, contentType: kind, header: map[string]string{"OData-Version": "4.0"}}
}

// odataURL is the address of the service root, without the slash at its end.
func (s *Server) odataURL(c *call) string { return s.publicURL(c.Request) + odataRoot }

// odataOptions returns the options of the query but $format, which has to be one of the formats.
func odataOptions(c *call, formats ...string) (url.Values, error) {
	options, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "query:unreadable", "The query is not well formed.")
	}
	if format, given := options["$format"]; given {
		delete(options, "$format")
		if len(format) > 1 || !slices.Contains(formats, strings.ReplaceAll(strings.ToLower(format[0]), " ", "")) {
			return nil, problem(http.StatusUnsupportedMediaType, "query:format", "This cannot be had in the format of $format. Use %s.", formats[0])
		}
	}
	return options, nil
}

// odataProblem says in the caller's terms why a question has no answer.
func odataProblem(err error) error {
	var wrong *odata.Error
	switch {
	case errors.As(err, &wrong):
		status := http.StatusBadRequest
		if wrong.Reason == odata.Unsupported {
			status = http.StatusNotImplemented
		}
		code := "query:" + string(wrong.Reason)
		return invalid(status, code, wrong.Error(), InvalidParameter{wrong.Option, code, wrong.Message})
	case errors.Is(err, models.ErrNotFound):
		return notFound("row")
	case errors.Is(err, models.ErrStatementTimeout):
		// The question has to change: asked again it would take as long.
		return problem(http.StatusBadRequest, "query:too_slow",
			"The question takes too long. Filter by createdon, msdyn_contact_id or msdyn_proactive_engagement_config_id, for which there are indexes, "+
				"or leave out $orderby and $count.").because(err)
	default:
		return unavailable(err)
	}
}
