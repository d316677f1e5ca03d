// Package load fills a migrated database with a data set.
//
// Owns: the months' partitions made apart as models makes them, COPY in binary form, indexes, attaching,
// the directory, the settings, the upkeep of rollups.
//
// Does not own: what the rows are (dataset).
package load
