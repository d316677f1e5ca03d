package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"engaged/bench/internal/analytics/question"
)

// Client asks our API, one question at a time over one connection.
type Client struct {
	// URL is that of the API, Key a key of the organization.
	URL, Key string

	http http.Client
	body bytes.Buffer
}

// Problem is an answer that is none.
type Problem struct {
	// Status is HTTP's, Code and Detail are the problem's.
	Status       int
	Code, Detail string
}

// Error says what went wrong.
func (p *Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

// encode returns the body of the request; with explain the answer also says how it came about.
func encode(ask question.Ask, explain bool) ([]byte, error) {
	return json.Marshal(struct {
		question.Ask
		Explain bool `json:"explain,omitempty"`
	}{ask, explain})
}

// post sends a body and returns the answer's, which is good until the next, and how long it took to come
// in whole.
func (c *Client) post(ctx context.Context, body []byte) ([]byte, time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/v1/reports/query", bytes.NewReader(body))
	if err != nil {
		return nil, 0, fmt.Errorf("asking: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.Key)
	request.Header.Set("Content-Type", "application/json")
	begun := time.Now()
	response, err := c.http.Do(request)
	if err != nil {
		return nil, 0, fmt.Errorf("asking: %w", err)
	}
	c.body.Reset()
	_, err = io.Copy(&c.body, response.Body)
	took := time.Since(begun)
	_ = response.Body.Close() // it has been read
	if err != nil {
		return nil, took, fmt.Errorf("reading the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		problem := &Problem{Status: response.StatusCode}
		_ = json.Unmarshal(c.body.Bytes(), problem) // what is not JSON has no code
		return nil, took, problem
	}
	return c.body.Bytes(), took, nil
}

// reply is what of the API's answer matters here.
type reply struct {
	Rows []struct {
		Bucket *struct {
			Start time.Time `json:"start"`
		} `json:"bucket"`
		Group  map[string]json.RawMessage `json:"group"`
		Values map[string]struct {
			Value *float64 `json:"value"`
		} `json:"values"`
	} `json:"rows"`
	Plan struct {
		Source string `json:"source"`
		Reason string `json:"reason"`
	} `json:"plan"`
	Next string `json:"next"`
}

// decode reads the API's answer.
func decode(q question.Question, body []byte) (Answer, reply, error) {
	var r reply
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, r, fmt.Errorf("reading the answer: %w", err)
	}
	if r.Next != "" {
		return nil, r, fmt.Errorf("the answer has more than one page")
	}
	answer := Answer{}
	for _, row := range r.Rows {
		var parts []string
		if row.Bucket != nil {
			parts = append(parts, strconv.FormatInt(row.Bucket.Start.Unix(), 10))
		}
		for _, attribute := range q.Ask.GroupBy {
			value, err := groupValue(row.Group[attribute])
			if err != nil {
				return nil, r, err
			}
			parts = append(parts, value)
		}
		var values []*float64
		for _, measure := range q.Ask.Measures {
			values = append(values, row.Values[measure].Value)
		}
		answer[key(parts)] = values
	}
	return answer, r, nil
}

// groupValue is a value with its label, or null.
func groupValue(raw json.RawMessage) (string, error) {
	var value *struct {
		Value *string `json:"value"`
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", fmt.Errorf("reading a group %s: %w", raw, err)
	}
	if value == nil || value.Value == nil {
		return none, nil
	}
	return *value.Value, nil
}
