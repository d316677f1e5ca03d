package odata

func (m membership) render(a *Args, negated bool) string {
	if m.property.Type == DateTimeOffset {
		return m.instants().render(a, negated)
	}
	column, kind, values := m.property.SQL, m.property.Type.bound(), m.values
	if m.property.Key != "" {
		column, kind, values = m.property.Key, m.property.KeyType, nil
		for _, value := range m.values {
			if key, ok := m.property.KeyOf(plain(value)); ok {
				values = append(values, key)
			}
		}
	}
	condition := "FALSE"
	if len(values) > 0 {
		condition = column + " = ANY(" + a.Bind(listOf(values), kind+"[]") + ")"
	}
	if m.null {
		condition = "(" + condition + " OR " + column + " IS NULL)"
	}
	return unless(negated, condition)
}

// instants says in for times, each of which is a span of a millisecond.
func (m membership) instants() junction {
	list := junction{}
	for _, value := range m.values {
		list.operands = append(list.operands, comparison{m.property, eq, value})
	}
	if m.null {
		list.operands = append(list.operands, comparison{m.property, eq, nil})
	}
	return list
}

// listOf gives values the type of an array's parameter.
func listOf(values []any) any {
	switch values[0].(type) {
	case float64:
		return typed[float64](values)
	case bool:
		return typed[bool](values)
	case int64:
		return typed[int64](values)
	default:
		texts := make([]string, len(values))
		for i, value := range values {
			texts[i], _ = plain(value).(string)
		}
		return texts
	}
}

func typed[T any](values []any) []T {
	list := make([]T, len(values))
	for i, value := range values {
		list[i], _ = value.(T)
	}
	return list
}
