package main

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/Masterminds/semver"
	"sigs.k8s.io/yaml"
)

var (
	objectName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)
	separator  = regexp.MustCompile(`(?m)^---\s*$`)
)

// lint checks what helm lint does: Chart.yaml, the values' schema, that all templates render, and that each gives objects.
func lint(out io.Writer, folder string, release Release, values files, version string) error {
	chart, err := load(folder)
	if err != nil {
		return err
	}
	faults := chart.metadataFaults(folder)
	rendered, err := chart.render(release, values, version)
	if err != nil {
		faults = append(faults, err.Error())
	}
	for name, text := range rendered {
		if filepath.Ext(name) == ".yaml" {
			faults = append(faults, objectFaults(name, text)...)
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("%d fault(s) in %s:\n- %s", len(faults), folder, strings.Join(faults, "\n- "))
	}
	_, err = fmt.Fprintln(out, "1 chart(s) linted, 0 chart(s) failed")
	return err
}

func (c *Chart) metadataFaults(folder string) []string {
	var faults []string
	if c.Metadata["apiVersion"] != "v2" {
		faults = append(faults, `Chart.yaml: apiVersion is not "v2"`)
	}
	if absolute, err := filepath.Abs(folder); err != nil || filepath.Base(absolute) != c.Name() {
		faults = append(faults, "Chart.yaml: the folder does not have the chart's name "+c.Name())
	}
	if _, err := semver.StrictNewVersion(fmt.Sprint(c.Metadata["version"])); err != nil {
		faults = append(faults, "Chart.yaml: version: "+err.Error())
	}
	if kind := c.Metadata["type"]; kind != "application" && kind != "library" {
		faults = append(faults, "Chart.yaml: type is neither application nor library")
	}
	if c.Templates["templates/NOTES.txt"] == "" {
		faults = append(faults, "templates/NOTES.txt is missing")
	}
	return faults
}

func objectFaults(name, text string) []string {
	var faults []string
	for _, document := range separator.Split(text, -1) {
		if strings.TrimSpace(document) == "" {
			continue
		}
		var object struct {
			APIVersion string `json:"apiVersion"`
			Kind       string
			Metadata   struct{ Name, Namespace string }
		}
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			faults = append(faults, name+": "+err.Error())
			continue
		}
		if object.APIVersion == "" || object.Kind == "" {
			faults = append(faults, name+": apiVersion or kind is missing")
		}
		if !objectName.MatchString(object.Metadata.Name) || len(object.Metadata.Name) > 253 {
			faults = append(faults, fmt.Sprintf("%s: %q is no name of an object", name, object.Metadata.Name))
		}
	}
	return faults
}
