package config

// MinimumDevKey is the least length of a development key.
const MinimumDevKey = 4

// Development is what makes a first try easy and must never be used for more.
type Development struct {
	// Key is an API key with all scopes that is not stored; only with a loopback listen address.
	Key string `name:"dev-key" env:"ENGAGED_DEV_KEY" placeholder:"KEY" help:"An API key with all scopes that exists only in this process. Refused unless the API listens on loopback."`
	// Organization is whom Key belongs to; default dev.
	Organization string `name:"dev-organization" env:"ENGAGED_DEV_ORGANIZATION" default:"dev" placeholder:"ID" help:"Organization of the development key; created if it does not exist."`
}

// validate returns what is wrong with the group where the API listens at an address.
func (d Development) validate(listen string) Problems {
	var c check
	if d.Key == "" {
		return nil
	}
	c.that(Loopback(listen), "dev-key", "ENGAGED_DEV_KEY",
		"a development key is refused because the API listens on %s, which other machines may reach; listen on 127.0.0.1 or create a key with \"engaged keys create\"", listen)
	c.that(len(d.Key) >= MinimumDevKey, "dev-key", "ENGAGED_DEV_KEY", "is shorter than %d characters", MinimumDevKey)
	c.that(organizationID.MatchString(d.Organization), "dev-organization", "ENGAGED_DEV_ORGANIZATION",
		"%q: use 1 to 64 of letters, digits, dot, underscore and hyphen", d.Organization)
	return c.problems
}
