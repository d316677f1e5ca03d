package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime"
	"strings"

	"engaged/engagement"
)

// cloudEvent is a CloudEvents 1.0 event in the structured JSON form.
type cloudEvent struct {
	SpecVersion     *string         `json:"specversion"`
	ID              json.RawMessage `json:"id"`
	Source          json.RawMessage `json:"source"`
	Type            json.RawMessage `json:"type"`
	Time            json.RawMessage `json:"time"`
	Subject         json.RawMessage `json:"subject"`
	DataContentType string          `json:"datacontenttype"`
	Data            json.RawMessage `json:"data"`
	DataBase64      *string         `json:"data_base64"`
}

// unwrapCloudEvent turns a CloudEvent into our envelope: id, source, type and time are its own,
// the conversation is its subject, everything else lies in its data. False means that raw is no
// CloudEvent and is returned as it is.
func unwrapCloudEvent(raw json.RawMessage) (json.RawMessage, bool, []InvalidParameter) {
	var cloud cloudEvent
	if err := json.Unmarshal(raw, &cloud); err != nil {
		return nil, false, []InvalidParameter{{Code: engagement.CodeUnreadable, Reason: "The event is not valid JSON or not a valid CloudEvent."}}
	}
	if cloud.SpecVersion == nil {
		return raw, false, nil
	}
	if *cloud.SpecVersion != "1.0" {
		return nil, true, []InvalidParameter{{"specversion", engagement.CodeInvalidField, `must be "1.0"`}}
	}
	data, fault := cloud.object()
	if fault != nil {
		return nil, true, []InvalidParameter{*fault}
	}
	// Ours come last: a decoder lets the last of two equal names win.
	var out bytes.Buffer
	out.Write(data[:len(data)-1])
	separator := ","
	if len(bytes.TrimSpace(data[1:len(data)-1])) == 0 {
		separator = ""
	}
	for _, field := range []struct {
		name  string
		value json.RawMessage
	}{{"id", cloud.ID}, {"source", cloud.Source}, {"type", cloud.Type}, {"time", cloud.Time}, {"conversation_id", cloud.Subject}} {
		value := field.value
		if value == nil {
			value = json.RawMessage("null")
		}
		out.WriteString(separator + `"` + field.name + `":`)
		out.Write(value)
		separator = ","
	}
	out.WriteByte('}')
	return out.Bytes(), true, nil
}

// object returns the CloudEvent's data as a JSON object; none is an empty one.
func (c cloudEvent) object() (json.RawMessage, *InvalidParameter) {
	if c.DataContentType != "" {
		kind, _, err := mime.ParseMediaType(c.DataContentType)
		if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
			return nil, &InvalidParameter{"datacontenttype", engagement.CodeInvalidField, "must be application/json"}
		}
	}
	data := bytes.TrimSpace(c.Data)
	if c.DataBase64 != nil {
		decoded, err := base64.StdEncoding.DecodeString(*c.DataBase64)
		if err != nil {
			return nil, &InvalidParameter{"data_base64", engagement.CodeInvalidField, "must be base64"}
		}
		data = bytes.TrimSpace(decoded)
		if fault := checkText(data); len(data) > 0 && (fault != nil || !json.Valid(data)) {
			return nil, &InvalidParameter{"data_base64", engagement.CodeInvalidField, "must be the base64 of a JSON object"}
		}
	}
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		return json.RawMessage("{}"), nil
	}
	if data[0] != '{' {
		return nil, &InvalidParameter{"data", engagement.CodeInvalidField, "must be a JSON object"}
	}
	return data, nil
}

// cloudField says where in a CloudEvent a field of our envelope lies.
func cloudField(field string) string {
	switch field {
	case "", "id", "source", "type", "time":
		return field
	case "conversation_id":
		return "subject"
	default:
		return "data." + field
	}
}
