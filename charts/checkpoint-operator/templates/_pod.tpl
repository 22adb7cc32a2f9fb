{{- /* Variables of the settings, in the order of their names: a dict of prefix, settings and whether words are joined by "_". */}}
{{- define "checkpoint-operator.settings" -}}
{{- $context := . }}
{{- range $name, $value := .settings }}
- name: {{ $context.prefix }}{{ ternary (snakecase $name) $name $context.words | upper }}
  {{- /* Numbers of a values file are floating point. */}}
  value: {{ ternary (int64 $value | toString) (toString $value) (kindIs "float64" $value) | quote }}
{{- end }}
{{- end }}

{{- /* A container's variables from elsewhere and the probes: a dict of that part's values. */}}
{{- define "checkpoint-operator.container" -}}
{{- with .values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: health
    containerPort: {{ int .values.healthPort }}
  {{- if .context.Values.metrics.enabled }}
  - name: metrics
    containerPort: {{ int .values.metricsPort }}
  {{- end }}
livenessProbe:
  httpGet:
    path: /healthz
    port: health
  {{- toYaml .values.livenessProbe | nindent 2 }}
readinessProbe:
  httpGet:
    path: /readyz
    port: health
  {{- toYaml .values.readinessProbe | nindent 2 }}
{{- with .values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.resizePolicy }}
resizePolicy:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* Secrets to pull images with: the context. */}}
{{- define "checkpoint-operator.pull-secrets" -}}
{{- with concat .Values.imagePullSecrets .Values.global.imagePullSecrets | uniq }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* Nodes that Pods run on: a dict of values. */}}
{{- define "checkpoint-operator.nodes" -}}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* What Pods of a part have besides containers and volumes: a dict of context and that part's values. */}}
{{- define "checkpoint-operator.pod" -}}
{{- include "checkpoint-operator.pull-secrets" .context }}
{{- if not (kindIs "invalid" .values.automountServiceAccountToken) }}
automountServiceAccountToken: {{ .values.automountServiceAccountToken }}
{{- end }}
{{- if not .values.enableServiceLinks }}
enableServiceLinks: false
{{- end }}
{{- with .values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- include "checkpoint-operator.nodes" . }}
{{- with .values.initContainers }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationGracePeriodSeconds: {{ int .values.terminationGracePeriodSeconds }}
{{- end }}
