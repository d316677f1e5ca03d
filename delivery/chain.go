package delivery

// Position is a place in a task's chain of contacts and numbers.
type Position struct {
	// Loop counts the walks through the chain from 1.
	Loop int `json:"loop"`
	// Contact and Phone are indices from 0.
	Contact int `json:"contact"`
	Phone   int `json:"phone"`
}

// NumberState is what a task remembers of one number of its chain.
type NumberState struct {
	// Out tells that the number is not called again, Why by which result or reason.
	Out bool   `json:"out,omitempty"`
	Why string `json:"why,omitempty"`
	// Used counts the retries by row of the retry table.
	Used map[string]int `json:"used,omitempty"`
	// Called is when its calls were started, where retries are spread.
	Called []Instant `json:"called,omitempty"`
}

// use counts a retry by a row of the retry table.
func (n *NumberState) use(row string) {
	if n.Used == nil {
		n.Used = map[string]int{}
	}
	n.Used[row]++
}

// ChainView is where a chain stands, as the compatible API shows it.
type ChainView struct {
	Loop                    int    `json:"loop"`
	ContactIndex            int    `json:"contact_index"`
	ContactID               string `json:"contact_id"`
	PhoneIndex              int    `json:"phone_index"`
	PhoneType               string `json:"phone_type"`
	Contacts                int    `json:"contacts"`
	PhonesInContact         int    `json:"phones_in_contact"`
	Phones                  int    `json:"phones"`
	EligiblePhones          int    `json:"eligible_phones"`
	EligiblePhonesInContact int    `json:"eligible_phones_in_contact"`
	LoopsExhausted          bool   `json:"loops_exhausted"`
	ChainExhausted          bool   `json:"chain_exhausted"`
	LastResult              Result `json:"last_result,omitempty"`
}

// chainPlaces returns every place of one loop in the order of calling.
func chainPlaces(task *Task, loop int) []Position {
	var places []Position
	for c := range task.Contacts {
		for p := range task.Contacts[c].Phones {
			places = append(places, Position{loop, c, p})
		}
	}
	return places
}

// number returns what the task remembers of the number at a place.
func (s *State) number(p Position) *NumberState { return &s.Numbers[p.Contact][p.Phone] }

// startChain makes room for what will be known of each number.
func (s *State) startChain(task *Task) {
	s.Numbers = make([][]NumberState, len(task.Contacts))
	for c := range task.Contacts {
		s.Numbers[c] = make([]NumberState, len(task.Contacts[c].Phones))
	}
}

// drop takes the numbers out of the chain that a scope and place name.
func (s *State) drop(task *Task, scope Scope, contactID, number, why string) {
	for c := range task.Contacts {
		for p := range task.Contacts[c].Phones {
			n := &s.Numbers[c][p]
			hit := scope == ScopeContact && task.Contacts[c].ID == contactID ||
				scope == ScopeNumber && task.Contacts[c].Phones[p].Number == number
			if hit && !n.Out {
				n.Out, n.Why = true, why
			}
		}
	}
}

// view returns where the chain stands.
func (s *State) view(task *Task, retries int) ChainView {
	at := s.Position
	v := ChainView{
		Loop: at.Loop, ContactIndex: at.Contact, PhoneIndex: at.Phone,
		ContactID:       task.Contacts[at.Contact].ID,
		PhoneType:       string(task.Contacts[at.Contact].Phones[at.Phone].Type),
		Contacts:        len(task.Contacts),
		PhonesInContact: len(task.Contacts[at.Contact].Phones),
		LoopsExhausted:  at.Loop > retries,
		LastResult:      s.LastResult,
	}
	for _, p := range chainPlaces(task, at.Loop) {
		v.Phones++
		if s.number(p).Out {
			continue
		}
		v.EligiblePhones++
		if p.Contact == at.Contact {
			v.EligiblePhonesInContact++
		}
	}
	v.ChainExhausted = s.Status.Final() || v.EligiblePhones == 0
	return v
}
