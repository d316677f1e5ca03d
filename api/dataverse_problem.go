package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// dataversePrefix begins the paths of the reference's data API: its actions and its tables.
const dataversePrefix = "/api/data"

// onDataverseWire tells whether a path belongs to the reference's data API, known there or not.
func onDataverseWire(path string) bool {
	return path == dataversePrefix || strings.HasPrefix(path, dataversePrefix+"/")
}

// plainly are what some clients escape of a path that needs no escape.
var plainly = strings.NewReplacer("%24", "$", "%27", "'", "%28", "(", "%29", ")", "%2C", ",", "%2c", ",", "%3D", "=", "%3d", "=")

// withPlainKeys writes an address as the router and the parser of queries have it: to OData a path such as
// CCaaS_GetDeliveryTasks%28DeliveryTaskId%3D...%29 is the same without escapes, and a semicolon in a query
// stands for itself.
func withPlainKeys(r *http.Request) *http.Request {
	escaped := r.URL.EscapedPath()
	plain, query := plainly.Replace(escaped), strings.ReplaceAll(r.URL.RawQuery, ";", "%3B")
	if plain == escaped && query == r.URL.RawQuery {
		return r
	}
	address := *r.URL
	address.RawPath, address.RawQuery = plain, query
	r = r.WithContext(r.Context())
	r.URL = &address
	return r
}

// DataverseError is the body of every refusal on the reference's data API, as OData 4 has it.
type DataverseError struct {
	// Error says what is wrong.
	Error DataverseErrorBody `json:"error"`
}

// DataverseErrorBody says what is wrong with a request.
type DataverseErrorBody struct {
	// Code is stable and meant for programs, such as ContactLimitExceeded. Where several things are wrong
	// it is that of the first.
	Code string `json:"code"`
	// Message says what to change.
	Message string `json:"message"`
	// Details lists every parameter that is wrong.
	Details []DataverseErrorDetail `json:"details,omitempty"`
}

// DataverseErrorDetail is one parameter of the body or the query that is not as it must be.
type DataverseErrorDetail struct {
	// Code is stable and meant for programs.
	Code string `json:"code"`
	// Message is a sentence that says what to change.
	Message string `json:"message"`
	// Target is where, such as Contacts[0].mobilePhoneNumber.
	Target string `json:"target,omitempty"`
}

// dataverseCodes are the codes of the reference's wire for ours. Any other is spelled in its way:
// key:missing is KeyMissing.
var dataverseCodes = map[string]string{
	"body:empty":                       "BodyUnreadable",
	"delivery:attribute_too_large":     "AttributeTooLarge",
	"delivery:contact_limit_exceeded":  "ContactLimitExceeded",
	"delivery:invalid_field":           "InvalidParameter",
	"delivery:invalid_phone_number":    "InvalidPhoneNumber",
	"delivery:invalid_windows":         "InvalidWindows",
	"delivery:message_not_allowed":     "MessageNotAllowed",
	"delivery:missing_field":           "MissingParameter",
	"delivery_configuration:not_found": "ConfigNotFound",
	"delivery_task:not_found":          "DeliveryTaskNotFound",
	"delivery_tasks:too_many":          "BatchTooLarge",
	"key:rate_limited":                 "RateLimited",
	"server:internal":                  "InternalError",
	"server:unavailable":               "ServiceUnavailable",
	"request:no_such_route":            "ResourceNotFound",
	"resource:not_found":               "ResourceNotFound",
	"request:method_not_allowed":       "MethodNotAllowed",
	"delivery_tasks:all_rejected":      "AllRejected",
	"delivery:channel_not_supported":   "ChannelNotSupported",
	"delivery:not_cancellable":         "DeliveryNotCancellable",
	"delivery:unsupported_api_version": "InvalidApiVersion",
	"delivery:unknown_parameter":       "UnknownParameter",
	"delivery:parameter_given_twice":   "DuplicateParameter",
	"delivery_operation:unknown":       "InvalidOperation",
}

// dataverseCode spells one of our codes as the reference's wire does.
func dataverseCode(code string) string {
	if known, ok := dataverseCodes[code]; ok {
		return known
	}
	var spelled strings.Builder
	for word := range strings.FieldsFuncSeq(code, func(c rune) bool { return c == ':' || c == '_' }) {
		spelled.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return spelled.String()
}

// onDataverse says a problem in the envelope of the reference's wire. Its table of statuses has no 422.
func (p *Problem) onDataverse() (status int, body DataverseError) {
	status = p.Status
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	body.Error = DataverseErrorBody{Code: dataverseCode(p.Code), Message: p.Detail}
	for _, wrong := range p.InvalidParameters {
		body.Error.Details = append(body.Error.Details, DataverseErrorDetail{dataverseCode(wrong.Code), wrong.Reason, wrong.Field})
	}
	if body.Error.Message == "" {
		body.Error.Message = http.StatusText(status) + "."
	}
	return status, body
}

// correlationHeader carries the request's id on the reference's wire.
const correlationHeader = "X-Ms-Correlation-Id"

// writeOnDataverse sends the problem as the reference's data API does; requestID is a UUID.
func (p *Problem) writeOnDataverse(w http.ResponseWriter, requestID string) {
	status, envelope := p.onDataverse()
	body, err := json.Marshal(envelope)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalError","message":"Something failed on our side."}}`)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json; odata.metadata=minimal")
	header.Set("OData-Version", "4.0")
	header.Set(correlationHeader, requestID)
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.FormatInt(int64((p.retryAfter+time.Second-1)/time.Second), 10))
	}
	if status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="engaged"`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
