package engagement

// State is the memory of a conversation: what a new run must know.
type State struct{}
