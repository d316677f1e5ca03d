package api

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones are checked alike on every machine

	"engaged/engagement"
	"engaged/models"
)

// The bounds of what only an organization as a whole can set. Those of rules and schedules stand
// in package engagement.
const (
	minRetention = 21
	maxRetention = 3650
	// maxRuleSets bounds the channels, groups and schedules with settings of their own.
	maxRuleSets = 500
)

// checkSettings returns everything that is wrong with a version. Fields of the part that was
// written, of which at is the prefix, are named as they were sent.
func checkSettings(o models.OrganizationSettings, at string) []InvalidParameter {
	wrong := parameters(o.Validate())
	add := func(field, reason string, args ...any) {
		wrong = append(wrong, InvalidParameter{Field: field, Code: engagement.CodeInvalidSetting, Reason: fmt.Sprintf(reason, args...)})
	}
	for i := range wrong {
		wrong[i].Field = strings.TrimPrefix(wrong[i].Field, at)
	}
	if days := o.LogRetentionDays; days != nil && (*days < minRetention || *days > maxRetention) {
		add("log_retention_days", "Use %d to %d days.", minRetention, maxRetention)
	}
	if zone := o.ReportingTimeZone; zone != nil {
		if _, err := time.LoadLocation(*zone); err != nil || *zone == "" || *zone == "Local" {
			add("reporting_time_zone", "Use an IANA time zone, such as Europe/Berlin.")
		}
	}
	if set := o.DeliveryResults; set != nil && *set != models.DeliveryResultsCurrent && *set != models.DeliveryResultsCore {
		add("delivery_results", "Use %s or %s.", models.DeliveryResultsCurrent, models.DeliveryResultsCore)
	}
	if len(o.Channels)+len(o.Groups)+len(o.Schedules) > maxRuleSets {
		add("", "An organization may have settings of at most %d channels, groups and schedules.", maxRuleSets)
	}
	return wrong
}
