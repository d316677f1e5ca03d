package delivery

// Rule names a rule of eligibility. They are asked in the order of the constants.
type Rule string

// The rules.
const (
	RuleConfiguration Rule = "configuration"
	RuleExpiry        Rule = "expiry"
	RulePolicy        Rule = "cancellation_policy"
	RuleConsent       Rule = "consent"
	RuleCaps          Rule = "caps"
	RuleRetryDelay    Rule = "retry_delay"
	RuleWindows       Rule = "windows"
	RuleQuietHours    Rule = "quiet_hours"
	RuleStatutory     Rule = "statutory"
	RuleHolidays      Rule = "holidays"
	RuleQueueHours    Rule = "queue_hours"
	RuleCapacity      Rule = "capacity"
)

// Reasons of a check that forbids, and of a blocked attempt.
const (
	ReasonInactive          = "configuration_inactive"
	ReasonSuspended         = "task_suspended"
	ReasonExpired           = "expired"
	ReasonNoWindowLeft      = "no_window_left"
	ReasonPolicy            = "cancellation_policy"
	ReasonOptedOut          = "opted_out"
	ReasonDoNotContact      = "do_not_contact"
	ReasonCap               = "frequency_cap"
	ReasonPause             = "pause_after_call"
	ReasonRetryDelay        = "retry_delay"
	ReasonOutsideWindows    = "outside_windows"
	ReasonQuietHours        = "quiet_hours"
	ReasonStatutoryHours    = "statutory_hours"
	ReasonStatutoryCap      = "statutory_cap"
	ReasonHoliday           = "holiday"
	ReasonQueueClosed       = "queue_closed"
	ReasonCapacityUnknown   = "capacity_unknown"
	ReasonCapacityExhausted = "capacity_exhausted"
	ReasonInvalid           = "invalid_configuration"
)

// Action is what a verdict asks for.
type Action string

// The actions.
const (
	// Allow: the attempt may start from now on, until the verdict's Until.
	Allow Action = "allow"
	// Wait: not before NextAt.
	Wait Action = "wait"
	// Hold: not before something other than time changes.
	Hold Action = "hold"
	// Expire, Cancel and Fail end the attempt.
	Expire Action = "expire"
	Cancel Action = "cancel"
	Fail   Action = "error"
)

// Verdict tells whether an attempt may start at an instant, and why not.
type Verdict struct {
	At     Instant `json:"at"`
	Action Action  `json:"action"`
	// Rule and Reason are those of the first rule that decides the action; empty if allowed.
	Rule   Rule   `json:"rule,omitempty"`
	Reason string `json:"reason,omitempty"`
	// NextAt is the earliest instant that every rule over time allows; nil if there is none.
	NextAt *Instant `json:"next_at,omitempty"`
	// Until is, where allowed, the first instant that a rule over time forbids again: the order's
	// not_after.
	Until *Instant `json:"until,omitempty"`
	// Scope says of whom an action cancel speaks: contact or number.
	Scope Scope `json:"scope,omitempty"`
	// PolicyID is the cancellation policy that cancels.
	PolicyID string `json:"policy_id,omitempty"`
	// Zones are the zones whose clocks held, ZonesFrom where they are known from.
	Zones     []string `json:"zones"`
	ZonesFrom string   `json:"zones_from"`
	// Checks holds every rule's own verdict, in the order in which they were asked.
	Checks []Check `json:"checks"`
}

// Check is what one rule says at an instant.
type Check struct {
	Rule    Rule `json:"rule"`
	Allowed bool `json:"allowed"`
	// Reason says why not; Detail names the data: a pack, a list, a zone.
	Reason string `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`
	// NextAt is the earliest instant that this rule allows; nil where time does not help.
	NextAt *Instant `json:"next_at,omitempty"`
	// action is what the rule asks for where it forbids.
	action Action
}
