{{- /* What a monitor scrapes: a dict of monitor (the values) and component. The agents' targets name their nodes. */}}
{{- define "checkpoint-operator.monitor.endpoint" -}}
- port: metrics
  path: /metrics
  {{- with .monitor.interval }}
  interval: {{ . }}
  {{- end }}
  {{- with .monitor.scrapeTimeout }}
  scrapeTimeout: {{ . }}
  {{- end }}
  {{- if .monitor.honorLabels }}
  honorLabels: true
  {{- end }}
  {{- $node := dict "sourceLabels" (list "__meta_kubernetes_pod_node_name") "targetLabel" "node" }}
  {{- with concat (ternary (list $node) list (eq .component "agent")) .monitor.relabelings }}
  relabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .monitor.metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .monitor.endpointAdditionalProperties }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- /* A monitor: a dict of context, component, kind, monitor (the values) and endpoints (its field). */}}
{{- define "checkpoint-operator.monitor" -}}
{{- $namespace := include "checkpoint-operator.namespace" .context -}}
apiVersion: monitoring.coreos.com/v1
kind: {{ .kind }}
metadata:
  name: {{ include (printf "checkpoint-operator.%s" .component) .context }}
  namespace: {{ default $namespace .monitor.namespace }}
  {{- include "checkpoint-operator.metadata" (dict "context" .context "component" .component "labels" .monitor.labels "annotations" .monitor.annotations) | nindent 2 }}
spec:
  {{- if .monitor.namespace }}
  namespaceSelector:
    matchNames: [{{ $namespace }}]
  {{- end }}
  selector:
    matchLabels:
      {{- include "checkpoint-operator.selector" . | nindent 6 }}
  {{ .endpoints }}:
    {{- include "checkpoint-operator.monitor.endpoint" . | nindent 4 }}
{{- end }}

{{- /* A Service that only names the Pods' metrics, for a ServiceMonitor: a dict of context and component. */}}
{{- define "checkpoint-operator.monitor.service" -}}
{{- $service := .context.Values.metrics.service -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include (printf "checkpoint-operator.%s" .component) .context }}-metrics
  namespace: {{ include "checkpoint-operator.namespace" .context }}
  {{- include "checkpoint-operator.metadata" (dict "context" .context "component" .component "labels" $service.labels "annotations" $service.annotations) | nindent 2 }}
spec:
  clusterIP: None
  {{- with $service.ipFamilyPolicy }}
  ipFamilyPolicy: {{ . }}
  {{- end }}
  {{- with $service.ipFamilies }}
  ipFamilies:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    {{- include "checkpoint-operator.selector" . | nindent 4 }}
  ports:
    - name: metrics
      port: {{ int .port }}
      targetPort: metrics
{{- end }}
