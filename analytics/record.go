package analytics

// FieldType says how a field of a record prints.
type FieldType string

// The types of fields.
const (
	StringType  FieldType = "string"
	IDType      FieldType = "id"
	IntType     FieldType = "int"
	LongType    FieldType = "long"
	DoubleType  FieldType = "double"
	BoolType    FieldType = "bool"
	InstantType FieldType = "instant"
	ListType    FieldType = "list"
	// SecondsType is stored in milliseconds and printed in seconds.
	SecondsType FieldType = "seconds"
)

// Record is a kind of fact: what a finished workflow wrote, one row each.
type Record struct {
	// ID is the name on every wire, such as engagements.
	ID string
	// Name and Description are for people.
	Name, Description string
	// Table is the fact table.
	Table string
	// Time is the column that places a row in a period.
	Time string
	// Start is the SQL of the instant at which a row's interval began, for attribution start and
	// prorated; empty: the record has no length.
	Start string
	// Key is the SQL of the text that orders rows of one instant and is unique among them.
	Key string
	// Humans is the SQL condition that leaves out rows of bots unless agent_type is asked for; empty:
	// all rows.
	Humans string
	// CanExpire tells that the table has the column expired.
	CanExpire bool
	// Conversations is the SQL condition of belonging to one of some conversations, with question marks for
	// the organization and their ids; empty: by the column conversation_key.
	Conversations string
	// Open is what is open now of its kind, read by metrics of the kind Open; nil: nothing is known of it.
	Open *Record
	// Attributes are the attributes of the record with the SQL of their value in the table.
	Attributes []RecordAttribute
	// Fields are what the records endpoint prints, in order. The field of Time comes first.
	Fields []Field
	// Value, where set, names the field that the compatible wire prints as the record's value.
	Value string
	// RelatedMetrics are those that the compatible wire shows beside the record; empty: every metric
	// that is computed from it.
	RelatedMetrics []string
	// Rollups are the dimension sets kept for the record, from fine to coarse.
	Rollups []DimensionSet
}

// inConversations is the condition of belonging to one of some conversations. By their keys, which every
// table that has them has an index of.
func (r *Record) inConversations() string {
	if r.Conversations != "" {
		return r.Conversations
	}
	return "conversation_key IN (SELECT key FROM conversations WHERE organization_id = ? AND kind = '' AND conversation_id = ANY (?::text[]))"
}

// RecordAttribute ties an attribute to a record.
type RecordAttribute struct {
	// ID is the attribute's.
	ID string
	// SQL is the expression of its value: a number for a Numeric attribute, text[] for a Set, text for
	// all others. Empty text and null both mean none.
	SQL string
}

// Field is one field of a record.
type Field struct {
	// Name is the field's on the wire.
	Name string
	// Description is for people.
	Description string
	// Type says how it prints.
	Type FieldType
	// Nullable tells that rows may lack it.
	Nullable bool
	// SQL is the expression of its value.
	SQL string
	// Attribute labels the values; empty: none.
	Attribute string
}

// DimensionSet is a small set of attributes over which a record's terms are kept ready.
type DimensionSet struct {
	// ID names the set in the rollup table; it never changes its meaning.
	ID string
	// Attributes are the dimensions, in order.
	Attributes []string
	// DaysOnly tells that only days are kept: a finer set with all its attributes has the quarter hours.
	DaysOnly bool
}
