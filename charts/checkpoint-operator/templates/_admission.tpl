{{- /* The policy or the binding of a file of config/admission, with this release's accounts and labels: a dict of context, file and kind. */}}
{{- define "checkpoint-operator.admission" -}}
{{- $context := .context }}
{{- $kind := .kind }}
{{- if $context.Values.admission.enabled }}
{{- $text := $context.Files.Get (printf "files/admission/%s.yaml" .file) | required "files/admission is a link to config/admission and did not come along: take the chart as helm package makes it, or the whole repository" }}
{{- $namespace := include "checkpoint-operator.namespace" $context }}
{{- range list "agent" "operator" }}
{{- $account := include (printf "checkpoint-operator.%s.account" .) $context }}
{{- $text = $text | replace (printf "system:serviceaccount:checkpoint-operator-system:checkpoint-%s'" .) (printf "system:serviceaccount:%s:%s'" $namespace $account) }}
{{- end }}
{{- range regexSplit "(?m)^---$" $text -1 }}
{{- $object := fromYaml . }}
{{- if eq $object.kind $kind }}
{{- $metadata := include "checkpoint-operator.metadata" (dict "context" $context "labels" $object.metadata.labels) | fromYaml }}
{{- $_ := set $object "metadata" (merge (dict "name" $object.metadata.name) $metadata) }}
{{- toYaml $object }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
