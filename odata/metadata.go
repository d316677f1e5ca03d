package odata

import (
	"encoding/xml"
	"fmt"
)

// Model is what a service has.
type Model struct {
	// Namespace and Container name schema and container.
	Namespace, Container string
	// Entities are those with a set; navigations lead nowhere else.
	Entities []*Entity
}

// capabilities is the vocabulary in which a set says what it does not support.
const capabilities = "Org.OData.Capabilities.V1"

// Metadata returns the metadata document of a model in XML (CSDL 4.0).
func Metadata(m Model) ([]byte, error) {
	document := csdl{
		Namespace: "http://docs.oasis-open.org/odata/ns/edmx", Version: "4.0",
		Schema: csdlSchema{
			XMLNS: "http://docs.oasis-open.org/odata/ns/edm", Namespace: m.Namespace,
			Container: csdlContainer{Name: m.Container},
		},
	}
	document.Reference.URI = "https://docs.oasis-open.org/odata/odata/v4.0/errata03/os/complete/vocabularies/" + capabilities + ".xml"
	document.Reference.Include.Namespace = capabilities
	for _, e := range m.Entities {
		document.Schema.Types = append(document.Schema.Types, m.entityType(e))
		document.Schema.Container.Sets = append(document.Schema.Container.Sets, m.entitySet(e))
	}
	text, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the metadata document: %w", err)
	}
	return append([]byte(xml.Header), append(text, '\n')...), nil
}

func (m Model) entityType(e *Entity) csdlType {
	t := csdlType{Name: e.Name, Key: csdlKey{e.ID}}
	for _, p := range e.Properties {
		described := csdlProperty{Name: p.Name, Type: p.Type, MaxLength: p.MaxLength}
		if p.Required {
			described.Nullable = "false"
		}
		if p.Type == DateTimeOffset {
			described.Precision = 3
		}
		t.Properties = append(t.Properties, described)
	}
	for _, n := range e.Navigations {
		described := csdlNavigation{Name: n.Name, Type: m.Namespace + "." + n.Target.Name, Partner: n.Partner}
		if n.Collection {
			described.Type = "Collection(" + described.Type + ")"
		} else {
			described.Constraint = &csdlConstraint{n.From, n.To}
		}
		t.Navigations = append(t.Navigations, described)
	}
	return t
}

func (m Model) entitySet(e *Entity) csdlSet {
	set := csdlSet{Name: e.Set, Type: m.Namespace + "." + e.Name}
	for _, n := range e.Navigations {
		set.Bindings = append(set.Bindings, csdlBinding{Path: n.Name, Target: n.Target.Set})
	}
	set.Annotations = []csdlAnnotation{
		{Term: capabilities + ".SkipSupported", Bool: "false"},
		{Term: capabilities + ".FilterFunctions", Texts: &csdlTexts{matches}},
	}
	for _, no := range [][2]string{{"SearchRestrictions", "Searchable"}, {"InsertRestrictions", "Insertable"}, {"UpdateRestrictions", "Updatable"}, {"DeleteRestrictions", "Deletable"}} {
		set.Annotations = append(set.Annotations, csdlAnnotation{Term: capabilities + "." + no[0], Record: &csdlRecord{csdlValue{no[1], "false"}}})
	}
	return set
}
