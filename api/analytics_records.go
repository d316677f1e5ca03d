package api

import (
	"time"

	"engaged/analytics"
)

// MetricRecord is one row of a record.
type MetricRecord struct {
	// PrimaryTimestampField is the instant that places the row in a period; it has no _type.
	PrimaryTimestampField wireTimestamp `json:"primaryTimestampField"`
	// Value is what is measured, of records that have it.
	Value *wireValue `json:"value,omitempty"`
	// Fields are everything else.
	Fields []MetricRecordField `json:"fields,omitempty"`
}

type wireTimestamp struct {
	Name      string      `json:"name"`
	Timestamp wireInstant `json:"timestamp"`
}

// MetricRecordField is a named value.
type MetricRecordField struct {
	Name string `json:"name"`
	// Field is absent where the row has no value; else a typed value or a list of them.
	Field any `json:"field,omitempty"`
}

// readWireRecords is POST /v1/analytics/records.
func (s *Server) readWireRecords(c *call) (any, error) {
	input, err := s.analyticsInput(c)
	if err != nil {
		return nil, err
	}
	record, ok := analytics.RecordByID(input.id)
	if !ok {
		return nil, unknownRecord(input.id)
	}
	p, err := c.paging(analyticsPrefix+"/records", input.canonical)
	if err != nil {
		return nil, err
	}
	p.freeze(&input)
	page, err := s.recordPage(c, record, p, input)
	if err != nil {
		return nil, err
	}
	rows, err := s.showRecords(c, record, page.Rows)
	if err != nil {
		return nil, err
	}
	places := make([]pageKey, len(page.Rows))
	for i, row := range page.Rows {
		places[i] = pageKey{At: row.Place.Time.UnixMicro(), ID: row.Place.Key}
	}
	return analyticsReply(AnalyticsList[MetricRecord]{Data: rows, Meta: p.links(places, page.More)})
}

// freeze keeps the period of the first page for all that follow.
func (p *paging) freeze(input *analyticsInput) {
	if !input.bounded {
		return
	}
	if p.from != nil && p.from.Start != nil {
		input.period = analytics.Period{Start: micros(*p.from.Start), End: micros(*p.from.End)}
	}
	p.period = &input.period
}

func (s *Server) recordPage(c *call, record *analytics.Record, p *paging, input analyticsInput) (analytics.RecordPage, error) {
	filters, ok := keepRelevant(input.filters, wireRecordFilters(record))
	if !ok || input.bounded && input.period.Start.Equal(input.period.End) {
		return analytics.RecordPage{}, nil
	}
	query := analytics.RecordQuery{
		Organization: c.principal.organization, Record: record.ID, Period: input.period,
		Filters: filters, Conversations: input.conversations, Backward: p.backward(), Limit: p.limit,
	}
	if p.from != nil {
		query.From = &analytics.Place{Time: micros(p.from.At), Key: p.from.ID}
	}
	page, err := s.deps.Analytics.Records(c.ctx(), query)
	if err != nil {
		return page, analyticsFailure(err)
	}
	return page, nil
}

// showRecords prints rows, with labels of the directory.
func (s *Server) showRecords(c *call, record *analytics.Record, rows []analytics.RecordRow) ([]MetricRecord, error) {
	columns := make([]wireColumn, len(record.Fields))
	names := newLabels()
	for i, field := range record.Fields {
		columns[i] = newWireColumn(field, names)
		for _, row := range rows {
			columns[i].wantLabels(row.Values[i])
		}
	}
	if err := names.look(c.ctx(), s.deps.Store, c.principal.organization); err != nil {
		return nil, err
	}
	shown := make([]MetricRecord, len(rows))
	for i, row := range rows {
		shown[i] = showRecord(record, columns, row)
	}
	return shown, nil
}

func showRecord(record *analytics.Record, columns []wireColumn, row analytics.RecordRow) MetricRecord {
	shown := MetricRecord{PrimaryTimestampField: wireTimestamp{record.Fields[0].Name, wireInstant(row.Place.Time)}}
	for i, column := range columns {
		switch name := column.field.Name; {
		case i == 0:
			// The first field is the instant that is printed already.
		case name == record.Value:
			if score, ok := row.Values[i].(float64); ok {
				shown.Value = new(numericValue(score))
			}
		default:
			shown.Fields = append(shown.Fields, MetricRecordField{Name: name, Field: column.show(row.Values[i])})
		}
	}
	return shown
}

// numericValue is a long where the number is whole, as scores are at the reference.
func numericValue(number float64) wireValue {
	if whole := int64(number); float64(whole) == number {
		return wireValue{Value: whole, Type: "LongField"}
	}
	return wireValue{Value: wireDouble(number), Type: "DoubleField"}
}

// seconds turns what facts keep, milliseconds, into what the wire prints.
func seconds(milliseconds int64) wireDouble {
	return wireDouble(float64(milliseconds) / float64(time.Second/time.Millisecond))
}
