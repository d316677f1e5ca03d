package delivery

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of an attempt's disposition codes: how many, and how long their text form may be.
const (
	MaxDispositions     = 12
	MaxDispositionsText = 1000
)

// FormatDispositions writes codes as the tables show them: each in double quotes, quotes within
// doubled, separated by commas. Empty for none.
func FormatDispositions(codes []string) string {
	quoted := make([]string, len(codes))
	for i, c := range codes {
		quoted[i] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
	}
	return strings.Join(quoted, ",")
}

// CheckDispositions refuses more codes than fit: at most 12, none empty, at most 1,000 characters
// together in their text form.
func CheckDispositions(codes []string) error {
	if len(codes) > MaxDispositions {
		return fmt.Errorf("%d disposition codes: send at most %d", len(codes), MaxDispositions)
	}
	for _, c := range codes {
		if strings.TrimSpace(c) == "" {
			return fmt.Errorf("empty disposition code: leave it out")
		}
	}
	if n := utf8.RuneCountInString(FormatDispositions(codes)); n > MaxDispositionsText {
		return fmt.Errorf("disposition codes take %d characters: shorten them to %d", n, MaxDispositionsText)
	}
	return nil
}

// ParseDispositions reads a list of codes leniently: in double or single quotes or bare, with or
// without blanks around them. Within quotes the same quote is doubled.
func ParseDispositions(s string) ([]string, error) {
	var codes []string
	for s = strings.TrimSpace(s); s != ""; {
		code, rest, err := oneDisposition(s)
		if err != nil {
			return nil, err
		}
		codes = append(codes, code)
		if rest = strings.TrimSpace(rest); rest == "" {
			break
		}
		if rest[0] != ',' {
			return nil, fmt.Errorf("disposition codes: put a comma after %q", code)
		}
		if s = strings.TrimSpace(rest[1:]); s == "" {
			return nil, fmt.Errorf("disposition codes: remove the last comma")
		}
	}
	return codes, CheckDispositions(codes)
}

// oneDisposition reads the first code of a list that is not empty.
func oneDisposition(s string) (code, rest string, err error) {
	quote := s[:1]
	if quote != `"` && quote != `'` {
		code, rest = s, ""
		if i := strings.IndexByte(s, ','); i >= 0 {
			code, rest = s[:i], s[i:]
		}
		return strings.TrimSpace(code), rest, nil
	}
	var b strings.Builder
	for s = s[1:]; ; {
		i := strings.Index(s, quote)
		if i < 0 {
			return "", "", fmt.Errorf("disposition codes: close the quote %s", quote)
		}
		b.WriteString(s[:i])
		if s = s[i+1:]; !strings.HasPrefix(s, quote) {
			return b.String(), s, nil
		}
		b.WriteString(quote)
		s = s[1:]
	}
}
