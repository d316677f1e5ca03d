package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// problemType is the media type of RFC 9457.
const problemType = "application/problem+json"

// Problem is an RFC 9457 problem document; as an error value it is what a handler answers with.
type Problem struct {
	// Type is a URI made of Code; it names the kind of problem and need not resolve.
	Type string `json:"type"`
	// Title is the same sentence for every problem of this kind.
	Title string `json:"title"`
	// Status is the HTTP status.
	Status int `json:"status"`
	// Code is stable and meant for programs, such as "key:missing".
	Code string `json:"code"`
	// Detail says what to change in this request.
	Detail string `json:"detail,omitempty"`
	// RequestID is the id under which the log speaks of this request.
	RequestID string `json:"request_id,omitempty"`
	// InvalidParameters lists every invalid field at once.
	InvalidParameters []InvalidParameter `json:"invalid_parameters,omitempty"`
	// Result tells, where every event of a request was rejected, about each of them.
	*Result

	// retryAfter, where set, becomes the Retry-After header.
	retryAfter time.Duration
	// cause is for the log only; it is never sent.
	cause error
}

// InvalidParameter is one field of the body, the query or the path that is not as it must be.
type InvalidParameter struct {
	// Field is where: a path into the body such as "data.status", or a parameter's name.
	Field string `json:"field"`
	// Code is stable, such as "event:missing_field".
	Code string `json:"code"`
	// Reason is a sentence that says what to change.
	Reason string `json:"reason"`
}

// Error is for the log: it holds the cause, the problem document does not.
func (p *Problem) Error() string {
	if p.cause != nil {
		return p.Code + ": " + p.cause.Error()
	}
	return p.Code + ": " + p.Detail
}

// Unwrap returns what caused the problem, if anything did.
func (p *Problem) Unwrap() error { return p.cause }

// problem makes a Problem; its title is the status's text.
func problem(status int, code, detail string, args ...any) *Problem {
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &Problem{
		Type:   "urn:engaged:problem:" + code,
		Title:  http.StatusText(status),
		Status: status,
		Code:   code,
		Detail: detail,
	}
}

// because notes the cause for the log.
func (p *Problem) because(err error) *Problem {
	p.cause = err
	return p
}

// retry sets Retry-After; it is rounded up to whole seconds.
func (p *Problem) retry(after time.Duration) *Problem {
	p.retryAfter = after
	return p
}

// invalid makes the problem of one or more invalid fields.
func invalid(status int, code, detail string, fields ...InvalidParameter) *Problem {
	p := problem(status, code, detail)
	p.InvalidParameters = fields
	return p
}

// notFound is the answer for everything that is not there or belongs to somebody else; the two
// cannot be told apart.
func notFound(what string) *Problem {
	return problem(http.StatusNotFound, what+":not_found", "There is no such %s.", strings.ReplaceAll(what, "_", " "))
}

// problemOf turns any error into a Problem; what is not one already is internal and says nothing
// of its cause.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return problem(http.StatusInternalServerError, "server:internal",
		"Something failed on our side. Quote the request id when you report it.").because(err)
}

// write sends the problem document.
func (p *Problem) write(w http.ResponseWriter, requestID string) {
	sent := *p
	sent.RequestID = requestID
	body, err := json.Marshal(sent)
	if err != nil {
		body = []byte(`{"type":"urn:engaged:problem:server:internal","status":500,"code":"server:internal"}`)
	}
	header := w.Header()
	header.Set("Content-Type", problemType)
	if p.retryAfter > 0 {
		seconds := int64((p.retryAfter + time.Second - 1) / time.Second)
		header.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	if p.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="engaged"`)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
