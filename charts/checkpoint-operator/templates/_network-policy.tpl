{{- /* A part's NetworkPolicy: a dict of context, component and policy (the values). */}}
{{- define "checkpoint-operator.network-policy" -}}
{{- if .policy.enabled }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include (printf "checkpoint-operator.%s" .component) .context }}
  namespace: {{ include "checkpoint-operator.namespace" .context }}
  {{- include "checkpoint-operator.metadata" (dict "context" .context "component" .component) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "checkpoint-operator.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- toYaml .policy.ingress | nindent 4 }}
  egress:
    {{- toYaml .policy.egress | nindent 4 }}
{{- end }}
{{- end }}
