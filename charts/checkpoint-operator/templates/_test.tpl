{{- /* Annotations of what is there during `helm test` alone; what is made first has the lower weight. */}}
{{- define "checkpoint-operator.test-hook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
