package odata

// Type is a primitive type of OData.
type Type string

// The types that properties have.
const (
	String         Type = "Edm.String"
	GUID           Type = "Edm.Guid"
	DateTimeOffset Type = "Edm.DateTimeOffset"
	Int32          Type = "Edm.Int32"
	Boolean        Type = "Edm.Boolean"
)

// Property is a column of an entity. What it holds of SQL is the program's own and never comes from a request.
type Property struct {
	// Name is how callers know it.
	Name string
	Type Type
	// Required properties are never null.
	Required bool
	// MaxLength bounds a String in characters; 0 without a bound.
	MaxLength int
	// SQL is the expression of the value as callers see it; null where nothing is known.
	SQL string
	// Key, where set, is an expression that is equal and ordered as SQL is, but for which there is an index.
	// KeyType is its type in Postgres.
	Key     string
	KeyType string
	// KeyOf turns a literal into a value of Key; false: no row has it. Set with Key.
	KeyOf func(literal any) (any, bool)
	// Unordered properties are too long to order by.
	Unordered bool
}

// Navigation leads from an entity to others.
type Navigation struct {
	// Name is how callers know it.
	Name string
	// Target is the entity that it leads to.
	Target *Entity
	// Collection tells that it leads to any number of them; else to one at most.
	Collection bool
	// From is the property of this entity whose value To, of the target, has.
	From, To string
	// Partner is the name of the navigation that leads back; empty without one.
	Partner string
}

// Entity describes a table that can be read.
type Entity struct {
	// Name is the name of the type, Set that of the set of all.
	Name, Set string
	// ID is the name of the property that identifies a row; it is Required.
	ID string
	// Table is what SQL reads from.
	Table string
	// Version, where set, is the SQL of an integer that changes with the row.
	Version string
	// Properties are the columns, in their order.
	Properties []Property
	// Navigations lead to other entities.
	Navigations []Navigation
	// Order names the Required property by which rows are ordered unless a query says otherwise; empty: by ID.
	Order string
}

// Property returns the property of a name.
func (e *Entity) Property(name string) (*Property, bool) {
	for i := range e.Properties {
		if e.Properties[i].Name == name {
			return &e.Properties[i], true
		}
	}
	return nil, false
}

// Navigation returns the navigation of a name.
func (e *Entity) Navigation(name string) (*Navigation, bool) {
	for i := range e.Navigations {
		if e.Navigations[i].Name == name {
			return &e.Navigations[i], true
		}
	}
	return nil, false
}

// property returns a property that the entity itself names.
func (e *Entity) property(name string) *Property {
	p, ok := e.Property(name)
	if !ok {
		panic("odata: " + e.Name + " has no property " + name)
	}
	return p
}

// postgres is the type of a property's values in Postgres.
func (t Type) postgres() string {
	switch t {
	case GUID:
		return "uuid"
	case DateTimeOffset:
		return "timestamptz"
	case Int32:
		return "integer"
	case Boolean:
		return "boolean"
	default:
		return "text"
	}
}
