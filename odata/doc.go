// Package odata reads the query options of OData 4.0 and says them in SQL.
//
// Owns: lexing and parsing $filter, $orderby, $select and $expand; checking them against the description of
// an entity; SQL with bound parameters for Postgres; keyset paging; the metadata document (CSDL).
//
// Does not own: HTTP, connections, and what entities there are. Nothing of a request ever becomes SQL text:
// names lead to the SQL of an Entity, values become parameters.
//
// It exists because no kept library fits: those for Go that can be had splice values into SQL, check no types
// or have not been touched for years.
package odata
