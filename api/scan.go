package api

// maxDepth is how deep the JSON of a body may nest. Our own envelope needs five levels.
const maxDepth = 32

// scan walks over JSON lexically: it finds where a value ends and notes what a decoder would let
// pass and the event log could not store. It does not check the grammar; the decoder does.
type scan struct {
	tooDeep, badEscape, badNumber bool
}

// fault is the first thing noted, nil if there is none.
func (s *scan) fault() *InvalidParameter {
	switch {
	case s.tooDeep:
		return &InvalidParameter{Code: "body:too_deep", Reason: "The JSON nests deeper than 32 levels; flatten it."}
	case s.badEscape:
		return &InvalidParameter{Code: "body:unstorable_text", Reason: `Text must not hold \u0000 or half of a surrogate pair.`}
	case s.badNumber:
		return &InvalidParameter{Code: "body:number_range", Reason: "A number has an exponent beyond what a double can hold."}
	}
	return nil
}

// value returns the end of the value that begins at b[i], white space before it skipped; false if
// the text ends within it or nothing begins there.
func (s *scan) value(b []byte, i int) (int, bool) {
	i = skipSpace(b, i)
	if i >= len(b) {
		return i, false
	}
	depth := 0
	for i < len(b) {
		switch c := b[i]; c {
		case '"':
			end, ok := s.text(b, i+1)
			if !ok {
				return end, false
			}
			i = end
		case '{', '[':
			depth++
			s.tooDeep = s.tooDeep || depth > maxDepth
			i++
		case '}', ']':
			if depth == 0 {
				return i, false
			}
			depth--
			i++
		case ',', ':':
			if depth == 0 {
				return i, false
			}
			i++
		case ' ', '\t', '\r', '\n':
			i++
			continue
		default:
			end := s.scalar(b, i)
			if end == i {
				// A control character: no value has one.
				return i, false
			}
			i = end
		}
		if depth == 0 {
			return i, true
		}
	}
	return i, false
}

// text returns the end of the string whose first character is b[i].
func (s *scan) text(b []byte, i int) (int, bool) {
	for i < len(b) {
		switch b[i] {
		case '"':
			return i + 1, true
		case '\\':
			if i+1 < len(b) && b[i+1] == 'u' {
				i = s.escape(b, i)
			} else {
				i += 2
			}
		default:
			i++
		}
	}
	return i, false
}

// escape returns the end of the \u escape at b[i]; a surrogate pair is taken together.
func (s *scan) escape(b []byte, i int) int {
	unit, ok := hexUnit(b, i)
	if !ok {
		// The decoder refuses it.
		return i + 2
	}
	switch {
	case unit == 0:
		s.badEscape = true
	case unit >= 0xD800 && unit < 0xDC00:
		low, ok := hexUnit(b, i+6)
		if ok && low >= 0xDC00 && low < 0xE000 {
			return i + 12
		}
		s.badEscape = true
	case unit >= 0xDC00 && unit < 0xE000:
		s.badEscape = true
	}
	return i + 6
}

// hexUnit reads \uXXXX at b[i].
func hexUnit(b []byte, i int) (uint16, bool) {
	if i+6 > len(b) || b[i] != '\\' || b[i+1] != 'u' {
		return 0, false
	}
	var unit uint16
	for _, c := range b[i+2 : i+6] {
		unit <<= 4
		switch {
		case c >= '0' && c <= '9':
			unit |= uint16(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			unit |= uint16(c|0x20-'a') + 10
		default:
			return 0, false
		}
	}
	return unit, true
}

// scalar returns the end of the number, true, false or null that begins at b[i].
func (s *scan) scalar(b []byte, i int) int {
	number := b[i] == '-' || b[i] >= '0' && b[i] <= '9'
	exponent := -1
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == ',' || c == '}' || c == ']' || c == ':' || c == '"' || c == '{' || c == '[' || c <= ' ':
			return i
		case number && (c == 'e' || c == 'E'):
			exponent = 0
		case exponent >= 0 && c >= '0' && c <= '9':
			exponent = min(exponent*10+int(c-'0'), 1000)
			s.badNumber = s.badNumber || exponent > 308
		}
	}
	return i
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}
