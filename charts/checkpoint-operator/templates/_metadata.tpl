{{- /* What an object's metadata has besides name and namespace: a dict of context and, where they are, component, labels and annotations. */}}
{{- define "checkpoint-operator.metadata" -}}
{{- $own := dict
    "helm.sh/chart" (printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" | trunc 63)
    "app.kubernetes.io/name" (include "checkpoint-operator.name" .context)
    "app.kubernetes.io/instance" .context.Release.Name
    "app.kubernetes.io/version" .context.Chart.AppVersion
    "app.kubernetes.io/managed-by" .context.Release.Service -}}
{{- with .component }}{{ $_ := set $own "app.kubernetes.io/component" . }}{{ end -}}
labels:
  {{- merge $own (default dict .labels) .context.Values.commonLabels .context.Values.global.commonLabels | toYaml | nindent 2 }}
{{- with merge (dict) (default dict .annotations) .context.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* By what Pods are selected, as in config/default: the release's name is not in it, so that either can follow the other. A dict of context and component. */}}
{{- define "checkpoint-operator.selector" -}}
app.kubernetes.io/name: {{ include "checkpoint-operator.name" .context }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- /* A Pod's metadata: a dict of context, component and that part's values. */}}
{{- define "checkpoint-operator.pod.metadata" -}}
labels:
  {{- include "checkpoint-operator.selector" . | nindent 2 }}
  {{- with merge (dict) .values.podLabels .context.Values.commonLabels .context.Values.global.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- $scraped := dict }}
{{- if and .context.Values.metrics.enabled .context.Values.metrics.scrapeAnnotations }}
{{- $scraped = dict "prometheus.io/scrape" "true" "prometheus.io/port" (int .values.metricsPort | toString) "prometheus.io/path" "/metrics" }}
{{- end }}
{{- with merge (dict) .values.podAnnotations .context.Values.commonAnnotations $scraped }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
