package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// Release is what templates see as .Release.
type Release struct {
	Name, Namespace, Service string
	IsInstall, IsUpgrade     bool
	Revision                 int
}

// Chart is a chart's folder, read: Helm follows symbolic links in it.
type Chart struct {
	Metadata  map[string]interface{}
	Values    map[string]interface{}
	Schema    []byte
	Templates map[string]string
	Files     Files
}

// Files is what templates see as .Files: all that is neither a template nor Helm's own.
type Files map[string]string

// Get is the content of a file, empty without one.
func (f Files) Get(name string) string { return f[name] }

// Name is the chart's name.
func (c *Chart) Name() string { return fmt.Sprint(c.Metadata["name"]) }

// manifests are the templates that give objects.
func (c *Chart) manifests() []string {
	var names []string
	for name := range c.Templates {
		base := filepath.Base(name)
		if !strings.HasPrefix(base, "_") && base != "NOTES.txt" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func load(folder string) (*Chart, error) {
	chart := &Chart{Templates: map[string]string{}, Files: Files{}}
	for name, into := range map[string]*map[string]interface{}{"Chart.yaml": &chart.Metadata, "values.yaml": &chart.Values} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}
		if err := yaml.UnmarshalStrict(text, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := read(folder, "", chart.add); err != nil {
		return nil, err
	}
	return chart, nil
}

func (c *Chart) add(name string, text []byte) {
	switch {
	case strings.HasPrefix(name, "templates/"):
		c.Templates[name] = string(text)
	case name == "values.schema.json":
		c.Schema = text
	case name != "Chart.yaml" && name != "values.yaml":
		c.Files[name] = string(text)
	}
}

// read gives each file below folder, through symbolic links.
func read(folder, below string, give func(string, []byte)) error {
	entries, err := os.ReadDir(filepath.Join(folder, below))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := filepath.Join(below, entry.Name())
		var status fs.FileInfo
		if status, err = os.Stat(filepath.Join(folder, name)); err != nil {
			return err
		}
		if status.IsDir() {
			if err := read(folder, name, give); err != nil {
				return err
			}
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		give(filepath.ToSlash(name), text)
	}
	return nil
}
