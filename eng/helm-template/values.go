package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

// values are the chart's own with those of the files over them, checked by the chart's schema.
func (c *Chart) values(names []string) (map[string]interface{}, error) {
	given := map[string]interface{}{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var more map[string]interface{}
		if err := yaml.Unmarshal(text, &more); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		given = over(given, more, false)
	}
	merged := over(c.Values, given, true)
	return merged, c.check(merged)
}

// over is below with what is above over it: maps are merged, all else is replaced. A null takes a default away.
func over(below, above map[string]interface{}, nullRemoves bool) map[string]interface{} {
	merged := map[string]interface{}{}
	for key, value := range below {
		merged[key] = value
	}
	for key, value := range above {
		lower, lowerIsMap := merged[key].(map[string]interface{})
		upper, upperIsMap := value.(map[string]interface{})
		switch {
		case value == nil && nullRemoves:
			delete(merged, key)
		case lowerIsMap && upperIsMap:
			merged[key] = over(lower, upper, nullRemoves)
		default:
			merged[key] = value
		}
	}
	return merged
}

func (c *Chart) check(values map[string]interface{}) error {
	if c.Schema == nil {
		return nil
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(c.Schema), gojsonschema.NewGoLoader(values))
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	if result.Valid() {
		return nil
	}
	var faults []string
	for _, fault := range result.Errors() {
		faults = append(faults, "- "+fault.String())
	}
	return fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s:\n%s", c.Name(), strings.Join(faults, "\n"))
}
