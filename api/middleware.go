package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/trace"
)

// requestIDHeader carries a request's id in both directions.
const requestIDHeader = "X-Request-Id"

// serve runs one request of the route: identify, authenticate, bound, handle, answer, observe.
func (s *Server) serve(r route) gin.HandlerFunc {
	observe := s.metrics.route(r.Method, r.Path)
	return func(g *gin.Context) {
		started := s.now()
		observe.begin()
		if r.Path != liveStreamPath {
			ctx, cancel := context.WithTimeout(g.Request.Context(), s.config.WriteTimeout)
			defer cancel()
			g.Request = g.Request.WithContext(ctx)
		}
		c := &call{Context: g, id: requestID(g.Request)}
		g.Writer.Header().Set(requestIDHeader, c.id)
		err := s.guarded(c, r)
		took := s.now().Sub(started)
		observe.end(g.Writer.Status(), took)
		s.log(c, r, took, err)
	}
}

// guarded answers the call and returns the error it answered with, if it did. A panic becomes an
// internal error.
func (s *Server) guarded(c *call, r route) (err error) {
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		if e, ok := fault.(error); ok && errors.Is(e, http.ErrAbortHandler) {
			panic(fault)
		}
		s.config.Logger.Error("panic", "request_id", c.id, "route", r.Path, "panic", fault, "stack", string(debug.Stack()))
		err = problem(http.StatusInternalServerError, "server:internal", "Something failed on our side. Quote the request id when you report it.")
		s.refuse(c, err)
	}()
	answer, err := s.answer(c, r)
	if err == nil {
		err = send(c.Writer, answer)
	}
	if err != nil {
		s.refuse(c, err)
	}
	return err
}

// refuse answers with a problem document, or as a wire of the reference does on its paths, unless an
// answer is already under way.
func (s *Server) refuse(c *call, err error) {
	switch {
	case c.Writer.Written():
	case onAnalyticsWire(c.Request.URL.Path):
		problemOf(err).writeOnWire(c.Writer)
	case onDataverseWire(c.Request.URL.Path):
		problemOf(err).writeOnDataverse(c.Writer, c.id)
	default:
		problemOf(err).write(c.Writer, c.id)
	}
}

// answer checks who asks and what for, and hands the call to the route's handler.
func (s *Server) answer(c *call, r route) (any, error) {
	if !r.Public {
		p, err := s.authenticate(c.ctx(), c.Request)
		if err != nil {
			return nil, err
		}
		if limited := p.bucket.take(s.now()); limited != nil {
			return nil, limited
		}
		if !p.may(r.Scopes) {
			return nil, problem(http.StatusForbidden, "key:scope", "This needs a key with one of the scopes %v.", r.Scopes)
		}
		c.principal = p
	}
	if err := unescapePath(c); err != nil {
		return nil, err
	}
	if err := checkQuery(c.Request.URL.RawQuery, r.Query); err != nil {
		return nil, err
	}
	return r.handle(c)
}

// unescapePath decodes the path's parameters. Identifiers that cannot exist are not found. The router
// takes what the template has after a parameter, such as a closing parenthesis, for a part of its name:
// the value has to end with it.
func unescapePath(c *call) error {
	for i, param := range c.Params {
		name, after := param.Key, ""
		if end := strings.IndexByte(name, ')'); end >= 0 {
			name, after = name[:end], name[end:]
		}
		value, err := url.PathUnescape(param.Value)
		value, ends := strings.CutSuffix(value, after)
		if err != nil || !ends || value == "" || len(value) > maxIdentifier || !storable(value) {
			return notFound("resource")
		}
		c.Params[i] = gin.Param{Key: name, Value: value}
	}
	return nil
}

// checkQuery refuses parameters that the route does not know, and text that cannot be looked up.
// A nil list lets unknown parameters pass, as the compatible wire does.
func checkQuery(raw string, known []string) error {
	if raw == "" {
		return nil
	}
	if len(raw) > 8<<10 {
		return problem(http.StatusBadRequest, "query:too_long", "The query is longer than 8 KiB.")
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return problem(http.StatusBadRequest, "query:unreadable", "The query is not well formed.")
	}
	var wrong []InvalidParameter
	for name, list := range values {
		if known != nil && !contains(known, name) {
			reason := "is not a parameter here, which has none"
			if len(known) > 0 {
				reason = "is not a parameter here; known are " + strings.Join(known, ", ")
			}
			wrong = append(wrong, InvalidParameter{name, "query:unknown_parameter", reason})
		}
		for _, value := range list {
			if !storable(value) {
				wrong = append(wrong, InvalidParameter{name, "query:invalid_text", "must be valid UTF-8 without NUL"})
			}
		}
	}
	if len(wrong) > 0 {
		return invalidQuery(wrong)
	}
	return nil
}

func contains(list []string, name string) bool {
	for _, known := range list {
		if known == name {
			return true
		}
	}
	return false
}

func invalidQuery(wrong []InvalidParameter) *Problem {
	sortParameters(wrong)
	return invalid(http.StatusBadRequest, "query:invalid", "A parameter of the query is not as it must be.", wrong...)
}

// storable tells whether Postgres can hold the text.
func storable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// requestID takes the caller's id of the request if it is harmless, else makes one. On the reference's
// data API it is a UUID.
func requestID(r *http.Request) string {
	given := r.Header.Get(requestIDHeader)
	if onDataverseWire(r.URL.Path) {
		if isUUID(given) {
			return given
		}
		return newUUID()
	}
	if given != "" && len(given) <= 64 && strings.IndexFunc(given, unsafeInID) < 0 {
		return given
	}
	var random [12]byte
	_, _ = rand.Read(random[:])
	return hex.EncodeToString(random[:])
}

func unsafeInID(c rune) bool {
	return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.')
}

// log writes one line a request: errors of ours as such, refusals at info, the rest at debug. It
// names the route's template and never what the caller put into it.
func (s *Server) log(c *call, r route, took time.Duration, err error) {
	level := slog.LevelDebug
	switch status := c.Writer.Status(); {
	case errors.Is(c.ctx().Err(), context.Canceled):
		// The caller has gone away; that is no failure of ours.
	case status >= 500 && status != http.StatusNotImplemented:
		level = slog.LevelError
	case status >= 400:
		level = slog.LevelInfo
	}
	if !s.config.Logger.Enabled(c.ctx(), level) {
		return
	}
	line := []any{"request_id", c.id, "method", r.Method, "route", r.Path, "status", c.Writer.Status(),
		"took_ms", float64(took.Microseconds()) / 1000, "organization", c.principal.organization}
	if span := trace.SpanContextFromContext(c.ctx()); span.HasTraceID() {
		line = append(line, "trace_id", span.TraceID().String())
	}
	if err != nil {
		line = append(line, "code", problemOf(err).Code)
		if cause := problemOf(err).cause; cause != nil && level == slog.LevelError {
			line = append(line, "error", cause.Error())
		}
	}
	s.config.Logger.Log(c.ctx(), level, "request", line...)
}
