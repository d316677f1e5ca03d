package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrPrivateAddress says that an endpoint lies in a network that callers from outside have no
// business in.
var ErrPrivateAddress = errors.New("the endpoint's address is not a public one")

// maxURL bounds an endpoint's URL in bytes.
const maxURL = 2048

// Guard decides which endpoints may be called. Its zero value allows public addresses over https
// only; the customers of a contact centre choose the URLs, and its own network must not answer them.
type Guard struct {
	// AllowPrivate also allows private, loopback and link-local addresses, and plain http: for
	// development, and for installations whose receivers live beside them.
	AllowPrivate bool
}

// Check returns what is wrong with an endpoint's URL, before anything is sent to it. The address that
// a name resolves to is checked at each call, since names change.
func (g Guard) Check(endpoint string) error {
	parsed, err := url.Parse(endpoint)
	switch {
	case len(endpoint) > maxURL:
		return fmt.Errorf("a webhook URL has at most %d bytes", maxURL)
	case err != nil || parsed.Host == "" || parsed.Hostname() == "":
		return errors.New("a webhook URL is absolute, such as https://example.com/hooks")
	case parsed.Scheme != "https" && (parsed.Scheme != "http" || !g.AllowPrivate):
		return errors.New("a webhook URL begins with https://")
	case parsed.User != nil:
		return errors.New("a webhook URL holds no user or password; messages are signed")
	case parsed.Fragment != "":
		return errors.New("a webhook URL has no fragment")
	}
	if address, err := netip.ParseAddr(parsed.Hostname()); err == nil && !g.allows(address) {
		return ErrPrivateAddress
	}
	return nil
}

// reserved: shared addresses (RFC 6598), benchmarking (RFC 2544), IETF protocol assignments with Teredo (RFC 6890,
// 4380), NAT64 (RFC 6052), 6to4 (RFC 3056), IPv4 in IPv6 (RFC 4291) and site-local addresses (RFC 3879) reach into
// networks behind them, or none.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("::/96"), netip.MustParsePrefix("fec0::/10"),
}

// allows reports whether an address may be called.
func (g Guard) allows(address netip.Addr) bool {
	if g.AllowPrivate {
		return true
	}
	address = address.Unmap()
	if !address.IsGlobalUnicast() || address.IsPrivate() {
		return false
	}
	for _, prefix := range reserved {
		if prefix.Contains(address) {
			return false
		}
	}
	return true
}

// dial connects to what the guard allows. It looks at the address that is really called, after names
// were resolved: a name may resolve to one address when it is checked and to another when it is
// called.
func (g Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		reached, err := netip.ParseAddrPort(address)
		if err != nil || !g.allows(reached.Addr()) {
			return ErrPrivateAddress
		}
		return nil
	}}
	return dialer.DialContext(ctx, network, address)
}
