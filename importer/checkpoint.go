package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"engaged/engagement"
)

// checkpoint is how far an import is: everything before At was taken by the API.
type checkpoint struct {
	// Size and Modified recognize the file.
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	// URL is where it goes: another server needs all of it.
	URL string `json:"url"`
	// Total is the number of lines.
	Total int64 `json:"total"`
	// Summary counts what became of the lines before At.
	Summary Summary `json:"summary"`
	// RejectsBytes is the length of the file of rejects at that point.
	RejectsBytes int64 `json:"rejects_bytes"`
	// At is where to go on, in the sorted file where Summary.Sorted says so.
	At position `json:"at"`
}

// loadCheckpoint returns the checkpoint of an earlier import of the same file to the same URL, or
// nil if there is none.
func loadCheckpoint(o Options) (*checkpoint, error) {
	raw, err := os.ReadFile(o.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var c checkpoint
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("%s is not a checkpoint; delete it to import from the beginning: %w", o.Checkpoint, err)
	}
	info, err := os.Stat(o.File)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Size != info.Size() || !c.Modified.Equal(info.ModTime()):
		return nil, fmt.Errorf("%s belongs to another state of %s; delete it to import from the beginning (what is sent twice counts once)", o.Checkpoint, o.File)
	case c.URL != o.URL:
		return nil, fmt.Errorf("%s belongs to an import into %s; delete it to import into %s from the beginning", o.Checkpoint, c.URL, o.URL)
	case o.Until != 0 && o.Until != c.Summary.Until:
		return nil, fmt.Errorf("the interrupted import said --until %s; say the same, or delete %s to begin again", c.Summary.Until, o.Checkpoint)
	}
	c.Summary.Resumed = true
	return &c, nil
}

// save writes the checkpoint in one step.
func (c *checkpoint) save(path string) error {
	raw, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".part", append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// newCheckpoint begins an import: it looks through the file and sorts it if it must.
func newCheckpoint(s survey, o Options, now engagement.Instant) (*checkpoint, error) {
	info, err := os.Stat(o.File)
	if err != nil {
		return nil, err
	}
	until := o.Until
	if until == 0 {
		until = min(s.latest, now)
	}
	return &checkpoint{
		Size: info.Size(), Modified: info.ModTime(), URL: o.URL, Total: s.lines,
		Summary: Summary{Until: until, Sorted: !s.ordered},
	}, nil
}
