package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"engaged/models"
	"engaged/odata"
)

// odataPlaceVersion is that of odataPlace; tokens of other versions are refused.
const odataPlaceVersion = 1

// maxODataToken bounds a $skiptoken in bytes.
const maxODataToken = 3 << 10

// odataPlace is where a page begins. Callers get it as $skiptoken, in unpadded base64url. It opens nothing:
// whatever it says, rows are those of the caller's organization, and those that the query asks for.
type odataPlace struct {
	// Version is odataPlaceVersion.
	Version int `json:"v"`
	// Place is that of the row before the page; absent at the beginning.
	Place json.RawMessage `json:"p,omitempty"`
	// Size is that of a page, Left what remains of $top.
	Size int    `json:"s"`
	Left *int64 `json:"l,omitempty"`
	// Count is the number of rows when the first page was read.
	Count *int64 `json:"n,omitempty"`
	// Question is the hash of path, query, organization and settings to which the token belongs.
	Question string `json:"q"`
}

// hash binds tokens to what they were made for.
func (q odataQuestion) hash(options url.Values) string {
	return queryHash(q.Query.Entity.Set+" "+q.results, q.OrganizationID, []byte(options.Encode()))
}

// begin finds where the page begins: where the token says, else at the beginning.
func (q *odataQuestion) begin(options url.Values, token []string) (odataPlace, error) {
	if len(token) == 0 {
		return odataPlace{Version: odataPlaceVersion, Size: odataPage, Left: q.Query.Top, Question: q.hash(options)}, nil
	}
	wrong := &odata.Error{Option: "$skiptoken", Reason: "invalid_skiptoken", Message: "The token must come from @odata.nextLink of an earlier page of the same question."}
	var p odataPlace
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(token[0])
	if err != nil || len(token) > 1 || len(token[0]) > maxODataToken {
		return p, wrong
	}
	decoder := json.NewDecoder(bytes.NewReader(decoded))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&p) != nil || p.Version != odataPlaceVersion || p.Question != q.hash(options) {
		return p, wrong
	}
	if p.Size < 1 || p.Size > odataPageMax || p.Left != nil && *p.Left < 0 || p.Count != nil && *p.Count < 0 {
		return p, wrong
	}
	ok := false
	if q.After, ok = q.Query.DecodePlace(p.Place); !ok {
		return p, wrong
	}
	return p, nil
}

// limit is how many rows the page may have.
func (p odataPlace) limit() int {
	if p.Left != nil && *p.Left < int64(p.Size) {
		return int(*p.Left)
	}
	return p.Size
}

// next is the address of the page after this one; empty if there is none.
func (q odataQuestion) next(options url.Values, p odataPlace, page models.ODataPage) (string, error) {
	if p.Left != nil {
		p.Left = new(*p.Left - int64(len(page.Rows)))
	}
	if page.Place == nil || p.Left != nil && *p.Left <= 0 {
		return "", nil
	}
	var err error
	if p.Place, err = q.Query.EncodePlace(page.Place); err != nil {
		return "", err
	}
	text, err := encodeAnalytics(p)
	if err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(text)
	if len(token) > maxODataToken {
		return "", odataTooLong
	}
	address := q.root + "/" + q.Query.Entity.Set + "?"
	if len(options) > 0 {
		// A dollar sign need not be escaped, and people read these addresses.
		address += strings.ReplaceAll(options.Encode(), "%24", "$") + "&"
	}
	return address + "$skiptoken=" + token, nil
}
