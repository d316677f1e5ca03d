package api

import (
	"context"

	"engaged/analytics"
)

// GroupValue is the value of an attribute with what people call it.
type GroupValue struct {
	// Value is null where the rows have none.
	Value *string `json:"value"`
	// Label is the name in the directory or the label of the enumeration; null where there is neither.
	Label *string `json:"label"`
}

// labels knows what people call values of attributes.
type labels struct {
	// names are the directory's, by kind and id; an id that it does not know has no name.
	names map[string]map[string]string
}

func newLabels() *labels { return &labels{names: map[string]map[string]string{}} }

// want notes that a value of an attribute needs a label.
func (l *labels) want(attribute *analytics.Attribute, value *string) {
	if attribute.Directory == "" || value == nil || *value == "" {
		return
	}
	names, ok := l.names[attribute.Directory]
	if !ok {
		names = map[string]string{}
		l.names[attribute.Directory] = names
	}
	names[*value] = ""
}

// look reads the names of all that was wanted from the organization's directory.
func (l *labels) look(ctx context.Context, store Store, organization string) error {
	for kind, wanted := range l.names {
		ids := make([]string, 0, len(wanted))
		for id := range wanted {
			ids = append(ids, id)
		}
		names, err := store.DirectoryNames(ctx, organization, kind, ids)
		if err != nil {
			return unavailable(err)
		}
		l.names[kind] = names
	}
	return nil
}

// of returns the value of an attribute with its label; an empty value is none.
func (l *labels) of(attribute *analytics.Attribute, value *string) GroupValue {
	if value == nil || *value == "" {
		return GroupValue{}
	}
	shown := GroupValue{Value: value}
	for _, known := range attribute.Values {
		if known.Value == *value {
			shown.Label = new(known.Label)
			return shown
		}
	}
	if name := l.names[attribute.Directory][*value]; name != "" {
		shown.Label = &name
	}
	return shown
}
