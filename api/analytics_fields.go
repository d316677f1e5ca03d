package api

import (
	"regexp"
	"strconv"
	"time"

	"engaged/analytics"
)

// wireColumn prints one field of every row.
type wireColumn struct {
	field analytics.Field
	// attribute labels the values; nil: nothing does.
	attribute *analytics.Attribute
	names     *labels
}

func newWireColumn(field analytics.Field, names *labels) wireColumn {
	column := wireColumn{field: field, names: names}
	if attribute, ok := analytics.AttributeByID(field.Attribute); ok {
		column.attribute = attribute
	}
	return column
}

// wantLabels notes whose names of the directory are needed.
func (w wireColumn) wantLabels(value any) {
	if w.attribute == nil {
		return
	}
	switch v := value.(type) {
	case string:
		w.names.want(w.attribute, &v)
	case []string:
		for _, element := range v {
			w.names.want(w.attribute, &element)
		}
	}
}

// show prints a value; nil where the row has none.
func (w wireColumn) show(value any) any {
	switch v := value.(type) {
	case string:
		if v == "" && w.field.Nullable {
			return nil
		}
		return w.text(v)
	case []string:
		list := wireListField{Values: []wireValue{}, Type: "ListField"}
		for _, element := range v {
			list.Values = append(list.Values, w.text(element))
		}
		return list
	case bool:
		return wireValue{Value: v, Type: "BooleanField"}
	case time.Time:
		return wireValue{Value: wireInstant(v), Type: "InstantField"}
	case float64:
		return wireValue{Value: wireDouble(v), Type: "DoubleField"}
	case int64:
		return w.whole(v)
	default:
		if w.field.Type == analytics.ListType {
			return wireListField{Values: []wireValue{}, Type: "ListField"}
		}
		return nil
	}
}

// whole prints a number of the database that has no fraction.
func (w wireColumn) whole(v int64) wireValue {
	switch w.field.Type {
	case analytics.SecondsType:
		return wireValue{Value: seconds(v), Type: "DoubleField"}
	case analytics.LongType:
		return wireValue{Value: v, Type: "LongField"}
	default:
		return wireValue{Value: v, Type: "IntField"}
	}
}

var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// text prints a text: ids of conversations and tickets as longs where they are integers, ids of the
// directory as UUIDs where they are, with their names, everything else as strings.
func (w wireColumn) text(v string) wireValue {
	if w.attribute == nil {
		if n, err := strconv.ParseInt(v, 10, 64); w.field.Type == analytics.IDType && err == nil && strconv.FormatInt(n, 10) == v {
			return wireValue{Value: n, Type: "LongField"}
		}
		return wireValue{Value: v, Type: "StringField"}
	}
	if w.attribute.Directory == "" {
		wire, label := w.attribute.Shown(v)
		return wireValue{Value: wire, Label: label, Type: "StringField"}
	}
	shown := wireValue{Value: v, Type: "StringField"}
	if uuidForm.MatchString(v) {
		shown.Type = "UUIDField"
	}
	if named := w.names.of(w.attribute, &v); named.Label != nil {
		shown.Label = *named.Label
	}
	return shown
}
