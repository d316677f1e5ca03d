package delivery

import (
	"errors"
	"fmt"
	"strings"
)

// Mode is how calls of a configuration are dialed.
type Mode string

// The dial modes.
const (
	// Copilot dials for an AI agent, bounded by the number of concurrent calls only.
	Copilot Mode = "Copilot"
	// Progressive dials for every ready agent.
	Progressive Mode = "Progressive"
	// Preview dials once an agent has accepted the contact.
	Preview Mode = "Preview"
	// Predictive is known, and refused.
	Predictive Mode = "Predictive"
)

// ErrPredictive refuses the predictive mode.
var ErrPredictive = errors.New("dial mode Predictive is not supported yet: use Progressive, Preview or Copilot")

// ErrUnknownMode refuses a mode that does not exist.
var ErrUnknownMode = errors.New("unknown dial mode: use Copilot, Progressive or Preview")

// modeCodes are the values of the configuration table's choice column.
var modeCodes = map[string]Mode{
	"100000000": Copilot, "100000001": Progressive, "100000002": Preview, "100000003": Predictive,
}

// ParseMode reads a mode by name, in any case, or by its choice value.
func ParseMode(s string) (Mode, error) {
	m, ok := modeCodes[s]
	for _, known := range []Mode{Copilot, Progressive, Preview, Predictive} {
		if strings.EqualFold(s, string(known)) {
			m, ok = known, true
		}
	}
	if !ok {
		return "", fmt.Errorf("%q: %w", s, ErrUnknownMode)
	}
	return m, m.Check()
}

// Check returns ErrPredictive or ErrUnknownMode for a mode that cannot be dialed.
func (m Mode) Check() error {
	switch m {
	case Copilot, Progressive, Preview:
		return nil
	case Predictive:
		return ErrPredictive
	default:
		return fmt.Errorf("%q: %w", string(m), ErrUnknownMode)
	}
}
