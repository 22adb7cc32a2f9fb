// helm-template renders and checks a chart as `helm template` and `helm lint` do, where helm is not installed: by the libraries that Helm's
// engine is made of, text/template, sprig, sigs.k8s.io/yaml and gojsonschema, from Debian's packages.
//
// Usage:
//
//	helm-template template NAME CHART [--namespace NAMESPACE] [--values FILE]... [--kube-version VERSION] [--no-hooks]
//	helm-template lint CHART [--strict] [--values FILE]...
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

type files []string

func (f *files) String() string { return strings.Join(*f, ",") }

func (f *files) Set(name string) error {
	*f = append(*f, name)
	return nil
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "Error: %v\n", err)
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer) error {
	if len(arguments) == 0 {
		return fmt.Errorf("expected template or lint")
	}
	options := flag.NewFlagSet(arguments[0], flag.ContinueOnError)
	release := Release{Name: "test-release", Service: "Helm", IsInstall: true, Revision: 1}
	options.StringVar(&release.Namespace, "namespace", "default", "namespace of the release")
	var values files
	options.Var(&values, "values", "file of values")
	version := options.String("kube-version", "v1.34.0", "version of the cluster")
	withoutHooks := options.Bool("no-hooks", false, "leave hooks out")
	options.Bool("strict", false, "warnings are errors, as all are here")
	named, err := parse(options, arguments[1:])
	if err != nil {
		return err
	}
	switch {
	case arguments[0] == "template" && len(named) == 2:
		release.Name = named[0]
		return template(out, named[1], release, values, *version, *withoutHooks)
	case arguments[0] == "lint" && len(named) == 1:
		return lint(out, named[0], release, values, *version)
	}
	return fmt.Errorf("expected template NAME CHART or lint CHART, and found %q", strings.Join(arguments, " "))
}

// parse takes options before, between and after what is named, as helm does.
func parse(options *flag.FlagSet, arguments []string) ([]string, error) {
	var named []string
	for len(arguments) > 0 {
		if err := options.Parse(arguments); err != nil {
			return nil, err
		}
		arguments = options.Args()
		if len(arguments) > 0 {
			named, arguments = append(named, arguments[0]), arguments[1:]
		}
	}
	return named, nil
}

func template(out io.Writer, folder string, release Release, values files, version string, withoutHooks bool) error {
	chart, err := load(folder)
	if err != nil {
		return err
	}
	rendered, err := chart.render(release, values, version)
	if err != nil {
		return err
	}
	for _, name := range chart.manifests() {
		text := strings.TrimSpace(rendered[name])
		if text == "" || withoutHooks && strings.Contains(text, "helm.sh/hook:") {
			continue
		}
		if _, err := fmt.Fprintf(out, "---\n# Source: %s/%s\n%s\n", chart.Name(), name, text); err != nil {
			return err
		}
	}
	return nil
}
