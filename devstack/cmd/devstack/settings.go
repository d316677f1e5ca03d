package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// settings are what a stack keeps from one start to the next: the ports, so that bookmarks and configuration stay
// good, and the password of its Postgres.
type settings struct {
	PostgresPort int    `json:"postgres_port"`
	TemporalPort int    `json:"temporal_port"`
	UIPort       int    `json:"temporal_ui_port"`
	Password     string `json:"postgres_password"`
}

// settingsFile is the name of the file in the stack's directory.
const settingsFile = "stack.json"

// loadSettings reads the settings, or makes those of a new stack: Temporal's own usual ports, and for Postgres one
// beside the usual, where a server of the system would be.
func loadSettings(directory string) (*settings, error) {
	content, err := os.ReadFile(filepath.Join(directory, settingsFile))
	if os.IsNotExist(err) {
		fresh := &settings{PostgresPort: 15432, TemporalPort: 7233, UIPort: 8233, Password: rand.Text()}
		return fresh, fresh.save(directory)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the stack's settings: %w", err)
	}
	found := &settings{}
	if err := json.Unmarshal(content, found); err != nil {
		return nil, fmt.Errorf("%s is not a stack's settings; remove the directory to begin anew: %w",
			filepath.Join(directory, settingsFile), err)
	}
	return found, nil
}

// save writes the settings where only this user reads them.
func (s *settings) save(directory string) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the stack's settings: %w", err)
	}
	if err := os.WriteFile(filepath.Join(directory, settingsFile), append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the stack's settings: %w", err)
	}
	return nil
}

// uiURL is where a browser finds the web UI, "" without one.
func uiURL(port int) string {
	if port == 0 {
		return ""
	}
	return "http://127.0.0.1:" + strconv.Itoa(port)
}
