package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// analyticsPrefix begins the paths of the compatible analytics wire.
const analyticsPrefix = "/v1/analytics"

// onAnalyticsWire tells whether a path belongs to the compatible analytics wire, known there or not.
func onAnalyticsWire(path string) bool {
	return path == analyticsPrefix || strings.HasPrefix(path, analyticsPrefix+"/")
}

// AnalyticsError is the body of every refusal on the compatible analytics wire.
type AnalyticsError struct {
	// Message says what is wrong; its beginning is one of the reference's phrases.
	Message string `json:"message"`
}

// The reference's phrases.
const (
	phraseRequest      = "Invalid value in request"
	phraseContext      = "Invalid value extracted from request context"
	phraseBody         = "Invalid value for: body"
	phraseQuery        = "Invalid value for: query parameter "
	phraseDecoding     = "Decoding failure in request"
	phraseUnauthorized = "Unauthorized"
	phraseForbidden    = "User is unauthorized to perform an underlying operation"
	phraseNotFound     = "The requested resource could not be found"
	phraseMethod       = "The requested resource does not support this method"
	phraseThrottled    = "Too Many Requests"
	phraseExhausted    = "Limit Exceeded"
	phraseInternal     = "There was an internal server error while processing the request"
	phraseUnavailable  = "The service is temporarily unavailable"
)

// analyticsCode marks problems whose detail is the message.
const analyticsCode = "analytics:refused"

// analyticsProblem is a refusal with a message of its own.
func analyticsProblem(status int, message string, args ...any) *Problem {
	if len(args) > 0 {
		message = fmt.Sprintf(message, args...)
	}
	return problem(status, analyticsCode, "%s", message)
}

// invalidValue refuses something that the request names and that does not exist.
func invalidValue(reason string, args ...any) *Problem {
	return analyticsProblem(http.StatusBadRequest, phraseRequest+": "+reason, args...)
}

// invalidBody refuses a body that was decoded and does not make sense.
func invalidBody(reason string, args ...any) *Problem {
	return analyticsProblem(http.StatusBadRequest, phraseBody+" ("+reason+")", args...)
}

// invalidParameter refuses a parameter of the query.
func invalidParameter(name, reason string) *Problem {
	return analyticsProblem(http.StatusBadRequest, phraseQuery+"%s (%s)", name, reason)
}

// undecodable refuses a body that is not what it should be.
func undecodable(reason string) *Problem {
	return analyticsProblem(http.StatusBadRequest, phraseDecoding+": %s", reason)
}

// maxEcho is how much of a caller's text a message repeats, in bytes.
const maxEcho = 64

// echo shortens a caller's text.
func echo(text string) string {
	if len(text) > maxEcho {
		text = strings.ToValidUTF8(text[:maxEcho], "") + "..."
	}
	return text
}

// onWire says a problem in the words of the compatible analytics wire.
func (p *Problem) onWire() (status int, message string) {
	switch {
	case p.Code == analyticsCode:
		return p.Status, p.Detail
	case p.Code == "resource:not_found":
		// An id that cannot exist is invalid here, like one that does not.
		return http.StatusBadRequest, phraseContext
	case strings.HasPrefix(p.Code, "query:"):
		if len(p.InvalidParameters) > 0 {
			return p.Status, phraseQuery + echo(p.InvalidParameters[0].Field)
		}
		return p.Status, phraseContext
	case strings.HasPrefix(p.Code, "body:"):
		return p.Status, phraseDecoding + ": " + p.Detail
	}
	switch p.Status {
	case http.StatusUnauthorized:
		return p.Status, phraseUnauthorized
	case http.StatusForbidden:
		return p.Status, phraseForbidden
	case http.StatusNotFound:
		return p.Status, phraseNotFound
	case http.StatusMethodNotAllowed:
		return p.Status, phraseMethod
	case http.StatusTooManyRequests:
		return p.Status, phraseThrottled
	case http.StatusServiceUnavailable:
		return p.Status, phraseUnavailable
	case http.StatusInternalServerError:
		return p.Status, phraseInternal
	default:
		return p.Status, phraseRequest
	}
}

// writeOnWire sends the problem as the compatible analytics wire does.
func (p *Problem) writeOnWire(w http.ResponseWriter) {
	status, message := p.onWire()
	body, err := encodeAnalytics(AnalyticsError{Message: message})
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"message":"`+phraseInternal+`"}`)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.FormatInt(int64((p.retryAfter+time.Second-1)/time.Second), 10))
	}
	if status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="engaged"`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
