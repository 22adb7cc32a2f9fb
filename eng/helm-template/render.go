package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	gotemplate "text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

// KubeVersion is what templates see as .Capabilities.KubeVersion.
type KubeVersion struct{ Version, Major, Minor string }

// Capabilities is what templates see as .Capabilities.
type Capabilities struct{ KubeVersion KubeVersion }

// render gives the text of every template but the partial ones, with the metadata's keys as Helm spells them.
func (c *Chart) render(release Release, names []string, version string) (map[string]string, error) {
	values, err := c.values(names)
	if err != nil {
		return nil, err
	}
	metadata := map[string]interface{}{}
	for key, value := range c.Metadata {
		metadata[strings.ToUpper(key[:1])+key[1:]] = value
	}
	parts := append(strings.Split(strings.TrimPrefix(version, "v"), "."), "", "")
	root := gotemplate.New("chart").Option("missingkey=zero")
	root.Funcs(functions(root))
	rendered := map[string]string{}
	var sorted []string
	for name, text := range c.Templates {
		sorted = append(sorted, name)
		if _, err := root.New(name).Parse(text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	sort.Strings(sorted)
	for _, name := range sorted {
		if strings.HasPrefix(filepath.Base(name), "_") {
			continue
		}
		var out bytes.Buffer
		err := root.ExecuteTemplate(&out, name, map[string]interface{}{
			"Values": values, "Release": release, "Chart": metadata, "Files": c.Files,
			"Capabilities": Capabilities{KubeVersion{Version: version, Major: parts[0], Minor: parts[1]}},
			"Template":     map[string]interface{}{"Name": c.Name() + "/" + name, "BasePath": c.Name() + "/templates"},
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		// A missing key of a map of any values prints so, whatever the option says.
		rendered[name] = strings.ReplaceAll(out.String(), "<no value>", "")
	}
	return rendered, nil
}

// functions are sprig's without those that read this machine, and Helm's own, of those the ones that a chart without subcharts and a cluster needs.
func functions(root *gotemplate.Template) gotemplate.FuncMap {
	all := sprig.TxtFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(all, name)
	}
	all["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	all["tpl"] = func(text string, data interface{}) (string, error) {
		filled, err := gotemplate.Must(root.Clone()).New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out bytes.Buffer
		err = filled.Execute(&out, data)
		return strings.ReplaceAll(out.String(), "<no value>", ""), err
	}
	all["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	all["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	all["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	all["toJson"] = func(value interface{}) (string, error) {
		text, err := json.Marshal(value)
		return string(text), err
	}
	// Helm hides a fault in the map that it gives; here it ends the rendering.
	all["fromYaml"] = func(text string) (map[string]interface{}, error) {
		value := map[string]interface{}{}
		return value, yaml.Unmarshal([]byte(text), &value)
	}
	return all
}
