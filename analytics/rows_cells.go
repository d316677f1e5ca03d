package analytics

import "strings"

// groupSeparator stands between the values of a group; Postgres stores no text that has it.
const groupSeparator = "\x00"

// groupKey joins the values of a group, so that keys sort as the values do, none first. Nil and empty
// both mean none.
func groupKey(values []*string) string {
	if len(values) == 1 && values[0] != nil {
		return *values[0]
	}
	var key strings.Builder
	for i, value := range values {
		if i > 0 {
			key.WriteString(groupSeparator)
		}
		if value != nil {
			key.WriteString(*value)
		}
	}
	return key.String()
}

// groupValues are the n values that a key joins.
func groupValues(key string, n int) []*string {
	if n == 0 {
		return nil
	}
	values := make([]*string, n)
	for i, value := range strings.Split(key, groupSeparator) {
		if value != "" {
			values[i] = &value
		}
	}
	return values
}

// cells reads the keys with which rows of statements begin.
type cells struct {
	bucket int32
	groups []*string
	// targets are where a row's keys are read to.
	targets []any
}

func newCells(groups int) *cells {
	c := &cells{groups: make([]*string, groups)}
	c.targets = append(c.targets, &c.bucket)
	for i := range c.groups {
		c.targets = append(c.targets, &c.groups[i])
	}
	return c
}

// in is the cell of the row that was read last.
func (c *cells) in(p *partials) cell { return cell{c.bucket, p.group(groupKey(c.groups))} }

// check refuses more cells than are held in memory.
func (p *partials) check() error {
	if len(p.cells) > maxCells {
		return tooManyGroups()
	}
	return nil
}

func tooManyGroups() error {
	return invalid("group_by", "too_many_groups", "the answer has more than %d combinations of bucket and group; filter, take a longer interval or group by less", maxCells)
}
