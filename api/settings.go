package api

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"engaged/engagement"
	"engaged/models"
)

// OrganizationRules are the settings of an organization: rules for all its channels and groups,
// and what holds for the organization as a whole.
type OrganizationRules struct {
	engagement.Rules
	// LogRetentionDays is how long the event log is kept; default 35, at least 21.
	LogRetentionDays *int `json:"log_retention_days,omitempty"`
	// ReportingTimeZone is the IANA zone whose days reports use; default UTC.
	ReportingTimeZone *string `json:"reporting_time_zone,omitempty"`
	// DeliveryResults is the set of results that the OData tables of deliveries show, current or core;
	// default current.
	DeliveryResults *string `json:"delivery_results,omitempty"`
}

// SettingsDocument is everything that one version of an organization's settings says.
type SettingsDocument struct {
	// Version numbers the versions from 1; 0 are the built-in defaults.
	Version int `json:"version"`
	// EffectiveFrom is the instant from which legs that begin use it; absent for version 0.
	EffectiveFrom engagement.Instant `json:"effective_from,omitzero"`
	// Defaults hold for every channel and group that does not say otherwise.
	Defaults OrganizationRules `json:"defaults"`
	// Channels and Groups hold what differs; Schedules are the business hours that they name.
	Channels  map[string]engagement.Rules    `json:"channels"`
	Groups    map[string]engagement.Rules    `json:"groups"`
	Schedules map[string]engagement.Schedule `json:"schedules"`
}

// change is one edit of the settings.
type change struct {
	// subject is what it changes, for the audit log.
	subject string
	// at is the prefix of the fields that it writes.
	at string
	// apply changes the document in place.
	apply func(*models.OrganizationSettings)
}

// getSettings is GET /v1/settings: the whole current version.
func (s *Server) getSettings(c *call) (any, error) {
	current, err := s.currentSettings(c)
	if err != nil {
		return nil, err
	}
	return settingsReply(current, documentOf(current)), nil
}

// putSettings is PUT /v1/settings: replaces what holds for the whole organization.
func (s *Server) putSettings(c *call) (any, error) {
	var rules OrganizationRules
	if err := c.object(&rules); err != nil {
		return nil, err
	}
	return s.changeSettings(c, change{"settings", "defaults.", func(o *models.OrganizationSettings) {
		o.Defaults = rules.Rules
		o.LogRetentionDays, o.ReportingTimeZone, o.DeliveryResults = rules.LogRetentionDays, rules.ReportingTimeZone, rules.DeliveryResults
	}})
}

// deleteSettings is DELETE /v1/settings: back to the built-in defaults; channels, groups and
// schedules stay.
func (s *Server) deleteSettings(c *call) (any, error) {
	return s.changeSettings(c, change{"settings", "defaults.", func(o *models.OrganizationSettings) {
		o.Defaults, o.LogRetentionDays, o.ReportingTimeZone, o.DeliveryResults = engagement.Rules{}, nil, nil, nil
	}})
}

// part is one kind of named settings: those of channels, groups or schedules.
type part[T any] struct {
	// subject names it in the audit log and in problem codes; name is its field in the document.
	subject, name string
	// of is where a document holds it.
	of func(*models.OrganizationSettings) *map[string]T
	// key is the name under which the document holds an id; nil: the id itself.
	key func(string) string
}

func (p part[T]) id(c *call) string {
	id := c.Param("id")
	if p.key != nil {
		return p.key(id)
	}
	return id
}

// get answers GET for one value of the part.
func (p part[T]) get(s *Server) handler {
	return func(c *call) (any, error) {
		current, err := s.currentSettings(c)
		if err != nil {
			return nil, err
		}
		value, ok := (*p.of(&current))[p.id(c)]
		if !ok {
			return nil, notFound(p.subject)
		}
		return settingsReply(current, value), nil
	}
}

// put answers PUT: replaces one value of the part.
func (p part[T]) put(s *Server) handler {
	return func(c *call) (any, error) {
		var value T
		if err := c.object(&value); err != nil {
			return nil, err
		}
		return s.changeSettings(c, p.change(c, func(values map[string]T) { values[p.id(c)] = value }))
	}
}

// remove answers DELETE for one value of the part.
func (p part[T]) remove(s *Server) handler {
	return func(c *call) (any, error) {
		current, err := s.currentSettings(c)
		if err != nil {
			return nil, err
		}
		if _, ok := (*p.of(&current))[p.id(c)]; !ok {
			return nil, notFound(p.subject)
		}
		return s.changeSettings(c, p.change(c, func(values map[string]T) { delete(values, p.id(c)) }))
	}
}

// change is the edit of a copy of the part's values: those of the version before stay as they are.
func (p part[T]) change(c *call, edit func(map[string]T)) change {
	return change{p.subject + "/" + p.id(c), p.name + "." + p.id(c) + ".", func(o *models.OrganizationSettings) {
		values := p.of(o)
		*values = maps.Clone(*values)
		if *values == nil {
			*values = map[string]T{}
		}
		edit(*values)
	}}
}

var (
	channelSettings = part[engagement.Rules]{
		subject: "channel_settings", name: "channels",
		of:  func(o *models.OrganizationSettings) *map[string]engagement.Rules { return &o.Channels },
		key: func(name string) string { return engagement.ChannelOf(name).ID },
	}
	groupSettings = part[engagement.Rules]{
		subject: "group_settings", name: "groups",
		of: func(o *models.OrganizationSettings) *map[string]engagement.Rules { return &o.Groups },
	}
	schedules = part[engagement.Schedule]{
		subject: "schedule", name: "schedules",
		of: func(o *models.OrganizationSettings) *map[string]engagement.Schedule { return &o.Schedules },
	}
)

func (s *Server) currentSettings(c *call) (models.OrganizationSettings, error) {
	current, err := s.deps.Store.CurrentSettings(c.ctx(), c.principal.organization)
	if err != nil {
		return current, unavailable(err)
	}
	return current, nil
}

// maxSettingsTries is how often a change is applied anew because another one came in between.
const maxSettingsTries = 5

// changeSettings applies a change to the newest version and writes the next one. With If-Match it
// refuses to build on any other version than the one named.
func (s *Server) changeSettings(c *call, change change) (any, error) {
	for range maxSettingsTries {
		current, err := s.currentSettings(c)
		if err != nil {
			return nil, err
		}
		if match := c.Request.Header.Get("If-Match"); match != "" && match != "*" && match != etag(current.Version) {
			return nil, problem(http.StatusPreconditionFailed, "settings:changed", "The settings are at version %d now. Read them again.", current.Version)
		}
		next := current
		change.apply(&next)
		if wrong := checkSettings(next, change.at); len(wrong) > 0 {
			return nil, invalid(http.StatusUnprocessableEntity, "settings:invalid", "The settings are not as they must be.", wrong...)
		}
		written, err := s.writeSettings(c, next, change.subject)
		if err == nil {
			return settingsReply(written, documentOf(written)), nil
		}
		if !errors.Is(err, models.ErrConflict) {
			return nil, unavailable(err)
		}
	}
	return nil, problem(http.StatusConflict, "settings:changed", "The settings are being changed by others. Try again.")
}

func (s *Server) writeSettings(c *call, next models.OrganizationSettings, subject string) (models.OrganizationSettings, error) {
	return s.deps.Store.AddSettings(c.ctx(), next, models.Audit{
		OrganizationID: c.principal.organization, Actor: c.principal.actor,
		Action: "settings." + strings.ToLower(c.Request.Method), Subject: subject,
	})
}

func documentOf(o models.OrganizationSettings) SettingsDocument {
	return SettingsDocument{
		Version: o.Version, EffectiveFrom: o.EffectiveFrom,
		Defaults: OrganizationRules{
			Rules: o.Defaults, LogRetentionDays: o.LogRetentionDays, ReportingTimeZone: o.ReportingTimeZone, DeliveryResults: o.DeliveryResults,
		},
		Channels: notNil(o.Channels), Groups: notNil(o.Groups), Schedules: notNil(o.Schedules),
	}
}

func notNil[T any](m map[string]T) map[string]T {
	if m == nil {
		return map[string]T{}
	}
	return m
}

func settingsReply(o models.OrganizationSettings, body any) reply {
	return reply{body: body, header: map[string]string{"ETag": etag(o.Version)}}
}

func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }
