package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"engaged/cmd/engaged/config"
)

var update = flag.Bool("update", false, "rewrite golden files and the settings table of docs/operations.md")

// TestSettingsTable holds the table in docs/operations.md equal to the structs.
func TestSettingsTable(t *testing.T) {
	t.Parallel()
	const path = "../../docs/operations.md"
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, found := bytes.Cut(page, []byte("<!-- settings -->\n"))
	require.True(t, found)
	_, after, found := bytes.Cut(rest, []byte("<!-- /settings -->"))
	require.True(t, found)
	want := string(before) + "<!-- settings -->\n" + settingsTable(t) + "<!-- /settings -->" + string(after)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(page), "run make golden")
}

// settingsTable is a table of every flag that has a variable, by group.
func settingsTable(t *testing.T) string {
	t.Helper()
	parser, err := newParser(new(commands), environment{stdout: io.Discard, stderr: io.Discard})
	require.NoError(t, err)
	type setting struct {
		flag     *kong.Flag
		commands []string
	}
	byGroup, order := map[string][]string{}, map[string]*setting{}
	for _, command := range parser.Model().Leaves(true) {
		name := strings.TrimPrefix(command.Path(), "engaged ")
		name = strings.TrimSuffix(name, " <file>")
		for _, f := range command.Flags {
			if len(f.Envs) == 0 {
				continue
			}
			if order[f.Name] == nil {
				order[f.Name] = &setting{flag: f}
				byGroup[f.Group.Key] = append(byGroup[f.Group.Key], f.Name)
			}
			order[f.Name].commands = append(order[f.Name].commands, name)
		}
	}
	var out strings.Builder
	for _, group := range config.Groups {
		if len(byGroup[group.Key]) == 0 {
			continue
		}
		title := group.Title
		if group.Key == "command" {
			title = "Import"
		}
		fmt.Fprintf(&out, "\n### %s\n\n| flag, variable | default | meaning | commands |\n|---|---|---|---|\n", title)
		for _, name := range byGroup[group.Key] {
			s := order[name]
			fmt.Fprintf(&out, "| `--%s`<br>`%s` | %s | %s | %s |\n", name, s.flag.Envs[0],
				code(s.flag.Default), strings.ReplaceAll(s.flag.Help, "|", "\\|"), whoTakes(s.commands))
		}
	}
	return out.String() + "\n"
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// whoTakes shortens a list of commands.
func whoTakes(commands []string) string {
	if len(commands) > 5 {
		return "all that need Postgres"
	}
	slices.Sort(commands)
	return strings.Join(slices.Compact(commands), ", ")
}
