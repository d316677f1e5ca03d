// Package analytics turns records into metrics.
//
// Owns: the metric catalogue (attributes, records, metrics, as data), periods and buckets, the query
// planner, the rollups and their upkeep.
//
// Does not own: writing records (models), any wire format (api). The catalogue endpoints, the
// validation, the SQL, docs/metrics.md and the enums of openapi.yaml all come from the one table.
//
// Data flows one way: Query -> checked against the catalogue -> terms over periods and buckets ->
// partials read from rollups or from rows -> merged by group and bucket -> Answer.
package analytics
