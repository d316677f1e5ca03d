package delivery

import "time"

// target is the number of a contact that an attempt would call, with the zones that hold for it.
type target struct {
	task    *Task
	contact *Contact
	number  string
	zones   []*time.Location
}

// namedRule is a rule over time with what a verdict says of it.
type namedRule struct {
	rule   Rule
	reason string
	detail string
	timeRule
}

// calendar is all rules over time that hold for one number of a task: those that need no facts.
// An attempt may start at an instant only if every rule allows it.
type calendar struct {
	target
	// zonesFrom tells where the zones are known from.
	zonesFrom string
	rules     []namedRule
}

// spanRule allows everything in one interval.
type spanRule Window

func (r spanRule) next(at Instant) Instant { return windowsRule{Window(r)}.next(at) }

func (r spanRule) until(at Instant) Instant { return windowsRule{Window(r)}.until(at) }

// calendarOf returns the calendar for a number of a task under windows that replace the task's
// own, if there are any.
func calendarOf(plan *Plan, windows []Window, position Position) *calendar {
	task, rules := &plan.Task, &plan.Rules
	contact := &task.Contacts[position.Contact]
	phone := contact.Phones[position.Phone]
	zones, from := rules.Zones.Zones(contact, phone.Number)
	c := &calendar{target: target{task, contact, phone.Number, zones}, zonesFrom: from}
	if len(windows) == 0 {
		windows = task.windows(position.Contact)
	}
	c.add(RuleExpiry, ReasonExpired, "", spanRule{Start: -endOfTime, End: task.expiry()})
	c.add(RuleWindows, ReasonOutsideWindows, "", windowsRule(mergeWindows(windows)))
	if hours, ok := rules.Calling[phone.Type]; ok {
		c.addHours(RuleQuietHours, ReasonQuietHours, string(phone.Type), hours)
	}
	for i := range rules.Packs {
		if p := &rules.Packs[i]; p.covers(contact, phone.Number) {
			for _, h := range p.hours(contact, phone.Number) {
				c.addHours(RuleStatutory, ReasonStatutoryHours, p.Name+" "+p.Version, h)
			}
		}
	}
	for i := range rules.Holidays {
		if h := &rules.Holidays[i]; h.covers(contact, phone.Number) {
			open := Daily(0, 24*60)
			open.ClosedDates = h.Dates
			c.addHours(RuleHolidays, ReasonHoliday, h.Name, open)
		}
	}
	if q := rules.Queue; q != nil && !rules.IgnoreQueueHours {
		zone, ok := LoadZone(q.TimeZone)
		if !ok {
			zone = time.UTC
		}
		c.add(RuleQueueHours, ReasonQueueClosed, "", hoursRule{q.Hours, zone})
	}
	return c
}

func (c *calendar) add(rule Rule, reason, detail string, r timeRule) {
	c.rules = append(c.rules, namedRule{rule, reason, detail, r})
}

// addHours adds hours once for each zone: all of them must allow the call.
func (c *calendar) addHours(rule Rule, reason, detail string, h Hours) {
	for _, zone := range c.zones {
		name := zone.String()
		if detail != "" {
			name = detail + ", " + name
		}
		c.add(rule, reason, name, hoursRule{h, zone})
	}
}

// next returns the earliest instant not before at that all rules allow; false if there is none.
func (c *calendar) next(at Instant) (Instant, bool) { return newWalk(c.rules).next(at) }

// until returns the first instant after at, which all rules allow, that some rule forbids.
func (c *calendar) until(at Instant) Instant { return newWalk(c.rules).until(at) }

// last returns the instant from which nothing is allowed any more; false if nothing is allowed
// from at on.
func (c *calendar) last(at Instant) (Instant, bool) {
	w := newWalk(c.rules)
	end, found := at, false
	for {
		start, ok := w.next(end)
		if !ok {
			return end, found
		}
		end, found = w.until(start), true
	}
}

// window returns the request window that holds an instant, else the last one.
func (c *calendar) window(at Instant) Window {
	var last Window
	for _, r := range c.rules {
		windows, ok := r.timeRule.(windowsRule)
		if !ok {
			continue
		}
		for _, w := range windows {
			last = w
			if at < w.End && at >= w.Start {
				return w
			}
		}
	}
	return last
}
