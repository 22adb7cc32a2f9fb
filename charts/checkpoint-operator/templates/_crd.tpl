{{- /* One of config/crd, as it is there but for labels and annotations: a dict of context and the kind's plural. */}}
{{- define "checkpoint-operator.crd" -}}
{{- $context := .context }}
{{- if $context.Values.crds.install }}
{{- $text := $context.Files.Get (printf "files/crd/checkpoint-operator.io_%s.yaml" .kind) }}
{{- $definition := required "files/crd is a link to config/crd and did not come along: take the chart as helm package makes it, or the whole repository" $text | fromYaml }}
{{- $annotations := default dict $definition.metadata.annotations }}
{{- if $context.Values.crds.keep }}{{ $_ := set $annotations "helm.sh/resource-policy" "keep" }}{{ end }}
{{- $metadata := include "checkpoint-operator.metadata" (dict "context" $context "labels" $definition.metadata.labels "annotations" $annotations) | fromYaml }}
{{- $_ := set $definition "metadata" (merge (dict "name" $definition.metadata.name) $metadata) }}
{{- toYaml $definition }}
{{- end }}
{{- end }}
