package analytics

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Shown returns how a stored value prints on the compatible wire, and its label where the catalogue
// has one: values that are not in the table print in capitals and are their own label.
func (a *Attribute) Shown(stored string) (wire, label string) {
	if a.Type != Enumerated {
		return stored, stored
	}
	for _, v := range a.Values {
		if v.Value == stored {
			return v.Wire, v.Label
		}
	}
	return screaming(stored), stored
}

// stored returns the stored forms that a filter's value means: one for a value of the table in any of
// its forms and in any case, several for a value that the table does not know, since such values are
// stored as they came. ok is false for a value that the attribute's type cannot have.
func (a *Attribute) stored(value string) (forms []string, ok bool) {
	switch a.Type {
	case Enumerated:
		for _, v := range a.Values {
			if slices.ContainsFunc([]string{v.Value, v.Wire, v.Label}, func(form string) bool { return strings.EqualFold(form, value) }) {
				return []string{v.Value}, true
			}
		}
		forms = []string{value, strings.ToLower(value), strings.ToUpper(value)}
		slices.Sort(forms)
		return slices.Compact(forms), true
	case Flag:
		lower := strings.ToLower(value)
		return []string{lower}, lower == "true" || lower == "false"
	case Numeric:
		number, err := strconv.ParseFloat(value, 64)
		return []string{plain(number)}, err == nil && finite(number)
	default:
		return []string{value}, true
	}
}

func finite(number float64) bool { return !math.IsNaN(number) && !math.IsInf(number, 0) }
