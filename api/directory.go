package api

import (
	"errors"
	"net/http"
	"strings"

	"engaged/engagement"
	"engaged/models"
)

// directoryKinds are the resources of the directory: their name in the path and in the rows.
var directoryKinds = []struct{ plural, name string }{
	{"agents", "agent"}, {"groups", "group"}, {"queues", "queue"}, {"tags", "tag"}, {"channels", "channel"},
}

// DirectoryEntry is what an organization calls one of its agents, groups, queues, tags or channels.
type DirectoryEntry struct {
	// ID is the caller's own id.
	ID string `json:"id"`
	// Name is what people read; at most 256 bytes.
	Name string `json:"name"`
	// Type of an agent: human (default) or bot. Only agents have one.
	Type string `json:"type,omitempty"`
	// GroupID is an agent's group. Only agents have one.
	GroupID string `json:"group_id,omitempty"`
}

// directoryBody is what PUT takes; the id stands in the path.
type directoryBody struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	GroupID string `json:"group_id"`
}

// check finds everything that is wrong with the body for an entry of the kind.
func (b directoryBody) check(kind string) []InvalidParameter {
	var wrong []InvalidParameter
	add := func(field, reason string) {
		wrong = append(wrong, InvalidParameter{Field: field, Code: "directory:invalid_value", Reason: reason})
	}
	if b.Name == "" || len(b.Name) > 256 || strings.TrimSpace(b.Name) == "" {
		add("name", "must be 1 to 256 bytes of text")
	}
	if kind != "agent" && b.Type != "" {
		add("type", "only agents have a type")
	}
	if kind == "agent" && b.Type != "" && b.Type != engagement.AgentHuman && b.Type != engagement.AgentBot {
		add("type", "must be human or bot")
	}
	if kind != "agent" && b.GroupID != "" {
		add("group_id", "only agents have a group")
	}
	if len(b.GroupID) > maxIdentifier {
		add("group_id", "may have at most 128 bytes")
	}
	return wrong
}

// putDirectory answers PUT for one entry of a kind.
func (s *Server) putDirectory(kind string) handler {
	return func(c *call) (any, error) {
		var body directoryBody
		if err := c.object(&body); err != nil {
			return nil, err
		}
		if wrong := body.check(kind); len(wrong) > 0 {
			return nil, invalid(http.StatusUnprocessableEntity, "directory:invalid", "A field is not as it must be.", wrong...)
		}
		row := models.DirectoryEntry{
			OrganizationID: c.principal.organization, Kind: kind, ID: c.Param("id"),
			Name: body.Name, Type: body.Type, GroupID: body.GroupID,
		}
		if kind == "agent" && row.Type == "" {
			row.Type = engagement.AgentHuman
		}
		if err := s.deps.Store.PutDirectoryEntry(c.ctx(), row); err != nil {
			return nil, unavailable(err)
		}
		return entryOf(row), nil
	}
}

// getDirectory answers GET for one entry of a kind.
func (s *Server) getDirectory(kind string) handler {
	return func(c *call) (any, error) {
		row, err := s.deps.Store.DirectoryEntry(c.ctx(), c.principal.organization, kind, c.Param("id"))
		if errors.Is(err, models.ErrNotFound) {
			return nil, notFound("directory_entry")
		}
		if err != nil {
			return nil, unavailable(err)
		}
		return entryOf(row), nil
	}
}

// deleteDirectory answers DELETE for one entry of a kind.
func (s *Server) deleteDirectory(kind string) handler {
	return func(c *call) (any, error) {
		err := s.deps.Store.DeleteDirectoryEntry(c.ctx(), c.principal.organization, kind, c.Param("id"))
		if errors.Is(err, models.ErrNotFound) {
			return nil, notFound("directory_entry")
		}
		if err != nil {
			return nil, unavailable(err)
		}
		return reply{status: http.StatusNoContent}, nil
	}
}

// DirectoryPage is one page of a directory, by id.
type DirectoryPage struct {
	// Data is the page.
	Data []DirectoryEntry `json:"data"`
	// NextAfter, where there is more, is the value of after for the next page.
	NextAfter string `json:"next_after,omitempty"`
}

// listDirectory answers GET for the entries of a kind.
func (s *Server) listDirectory(kind string) handler {
	return func(c *call) (any, error) {
		q := queryOf(c)
		limit := q.limit("limit", 100, 1000)
		if err := q.problem(); err != nil {
			return nil, err
		}
		rows, err := s.deps.Store.ListDirectory(c.ctx(), c.principal.organization, kind, c.Query("after"), limit+1)
		if err != nil {
			return nil, unavailable(err)
		}
		page := DirectoryPage{Data: []DirectoryEntry{}}
		for _, row := range rows[:min(limit, len(rows))] {
			page.Data = append(page.Data, entryOf(row))
		}
		if len(rows) > limit {
			page.NextAfter = page.Data[limit-1].ID
		}
		return page, nil
	}
}

func entryOf(row models.DirectoryEntry) DirectoryEntry {
	return DirectoryEntry{ID: row.ID, Name: row.Name, Type: row.Type, GroupID: row.GroupID}
}
