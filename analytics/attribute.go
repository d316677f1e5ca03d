package analytics

// AttributeType says how values of an attribute compare and print.
type AttributeType string

// The types of attributes.
const (
	// Enumerated values come from a fixed table and compare without regard to case.
	Enumerated AttributeType = "enum"
	// Identifier values are the callers' own ids and compare exactly.
	Identifier AttributeType = "id"
	// Text values compare exactly.
	Text AttributeType = "text"
	// Flag values are true and false.
	Flag AttributeType = "bool"
	// Numeric values compare as numbers; only they take ranges.
	Numeric AttributeType = "number"
	// Set values are lists of identifiers: a filter matches any of them, and grouping counts a row
	// under each.
	Set AttributeType = "set"
)

// Attribute is something by which records are filtered and grouped.
type Attribute struct {
	// ID is the name on every wire, such as initial_direction.
	ID string
	// Aliases are other names that our own API accepts.
	Aliases []string
	// Name and Description are for people.
	Name, Description string
	// Type says how values compare.
	Type AttributeType
	// Directory is the kind of directory entry (agent, group, queue, tag) that labels the values, or
	// configuration: delivery configurations by their names. Empty: none.
	Directory string
	// Values are the values of an Enumerated attribute with their labels, in order.
	Values []Labelled
}

// Labelled is a value with what people call it.
type Labelled struct {
	// Value is as stored; Wire as the compatible wire prints it.
	Value, Wire string
	// Label is for people.
	Label string
}
