{{- define "checkpoint-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* Not named after the release: a cluster has one installation, and config/default's objects have the same names. */}}
{{- define "checkpoint-operator.operator" -}}
{{- default "checkpoint-operator" .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "checkpoint-operator.agent" -}}
{{- with .Values.fullnameOverride }}{{ . | trunc 50 | trimSuffix "-" }}-agent{{ else }}checkpoint-agent{{ end }}
{{- end }}

{{- define "checkpoint-operator.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "checkpoint-operator.operator.account" -}}
{{- default (ternary (include "checkpoint-operator.operator" .) "default" .Values.operator.serviceAccount.create) .Values.operator.serviceAccount.name }}
{{- end }}

{{- define "checkpoint-operator.agent.account" -}}
{{- default (ternary (include "checkpoint-operator.agent" .) "default" .Values.agent.serviceAccount.create) .Values.agent.serviceAccount.name }}
{{- end }}

{{- /* The name of an image: a dict of image and context. */}}
{{- define "checkpoint-operator.image" -}}
{{- with default .context.Values.global.imageRegistry .image.registry }}{{ . }}/{{ end }}{{ .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ default .context.Chart.AppVersion .image.tag }}{{ end }}
{{- end }}
