package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// call is one request under way, as a handler sees it.
type call struct {
	*gin.Context
	// principal is who asks; its zero value on routes that need no key.
	principal principal
	// id is the request's id.
	id string
}

// ctx is cancelled when the caller goes away or the server gives up on the request.
func (c *call) ctx() context.Context { return c.Request.Context() }

// handler answers a call with a body, or with an error of which problemOf makes a problem document.
// The body is sent as JSON with status 200, unless it is a reply.
type handler func(*call) (any, error)

// reply is a body with another status than 200, or with headers.
type reply struct {
	status int
	header map[string]string
	// body is sent as JSON; nil sends none.
	body any
	// written tells that the handler has written the answer itself.
	written bool
	// raw, where set, is sent as it is instead of body.
	raw []byte
	// contentType is that of raw.
	contentType string
}

// send writes a handler's answer.
func send(w http.ResponseWriter, answer any) error {
	r, ok := answer.(reply)
	if !ok {
		r = reply{body: answer}
	}
	if r.written {
		return nil
	}
	if r.status == 0 {
		r.status = http.StatusOK
	}
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	body, contentType := r.raw, r.contentType
	if body == nil && r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return err
		}
		body, contentType = encoded, "application/json; charset=utf-8"
	}
	if body != nil {
		w.Header().Set("Content-Type", contentType)
	}
	w.WriteHeader(r.status)
	// A caller who has gone away is no failure of ours.
	_, _ = w.Write(body)
	return nil
}

// body reads the whole body, at most MaxBody bytes of it.
func (c *call) body() ([]byte, error) { return c.bodyUpTo(MaxBody) }

// bodyUpTo reads the whole body, at most so many bytes of it.
func (c *call) bodyUpTo(most int64) ([]byte, error) {
	if encoding := c.Request.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, problem(http.StatusUnsupportedMediaType, "body:content_encoding",
			"Send the body without Content-Encoding.")
	}
	length := c.Request.ContentLength
	if length > most {
		return nil, tooLarge(most)
	}
	reader := http.MaxBytesReader(c.Writer, c.Request.Body, most)
	var body []byte
	var err error
	// Memory is not set aside for what was only announced.
	if length >= 0 && length <= MaxBody {
		body = make([]byte, length)
		_, err = io.ReadFull(reader, body)
	} else {
		body, err = io.ReadAll(reader)
	}
	var limit *http.MaxBytesError
	switch {
	case errors.As(err, &limit):
		return nil, tooLarge(most)
	case err != nil:
		return nil, problem(http.StatusBadRequest, "body:unreadable", "The body ended early or could not be read.").because(err)
	}
	return body, nil
}

func tooLarge(most int64) *Problem {
	return problem(http.StatusRequestEntityTooLarge, "body:too_large",
		"A body may have at most %d bytes. Send it in several requests.", most)
}

// object reads a JSON object of the body into target, strictly: unknown fields, wrong types and
// text after the object are errors.
func (c *call) object(target any) error {
	if kind := c.mediaType(); kind != "" && kind != "application/json" {
		return unsupported(kind, "application/json")
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	return decodeObject(body, target)
}

// mediaType is the content type of the body without its parameters; empty if there is none.
func (c *call) mediaType() string {
	header := c.Request.Header.Get("Content-Type")
	if header == "" || header == "application/json" {
		return header
	}
	kind, _, err := mime.ParseMediaType(header)
	if err != nil {
		return header
	}
	return strings.ToLower(kind)
}

func unsupported(kind, wanted string) *Problem {
	return problem(http.StatusUnsupportedMediaType, "body:content_type",
		"Content-Type %q is not understood here. Send %s.", kind, wanted)
}
