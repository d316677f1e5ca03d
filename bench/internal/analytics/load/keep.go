package load

// Kept says what building the rollups took.
type Kept struct {
	// Facts is how many rows were read, Days how many days of a record were made.
	Facts int64 `json:"facts"`
	Days  int64 `json:"days"`
	// Seconds is how long it took, from facts without rollups to the last cell.
	Seconds float64 `json:"seconds"`
	// Cells and Bytes are the size of the rollups.
	Cells int64 `json:"cells"`
	Bytes int64 `json:"bytes"`
}
