{{- /* Annotations of what is there during `helm test` alone; what is made first has the lower weight. */}}
{{- define "checkpoint-operator.test-hook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- /* A Pod that waits until each node says that it can: a dict of context and verb, checkpoint or restore. */}}
{{- define "checkpoint-operator.test-pod" -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "checkpoint-operator.operator" .context }}-test-can-{{ .verb }}
  namespace: {{ include "checkpoint-operator.namespace" .context }}
  {{- include "checkpoint-operator.metadata" (dict "context" .context "component" "test" "annotations" (include "checkpoint-operator.test-hook" "0" | fromYaml)) | nindent 2 }}
spec:
  serviceAccountName: {{ include "checkpoint-operator.operator" .context }}-test
  restartPolicy: Never
  {{- include "checkpoint-operator.pull-secrets" .context | nindent 2 }}
  {{- include "checkpoint-operator.nodes" (dict "values" .context.Values.tests) | nindent 2 }}
  securityContext:
    {{- toYaml .context.Values.operator.podSecurityContext | nindent 4 }}
  containers:
    - name: kubectl
      image: {{ include "checkpoint-operator.image" (dict "context" .context "image" .context.Values.tests.image) | quote }}
      imagePullPolicy: {{ .context.Values.tests.image.pullPolicy }}
      command: [kubectl]
      # Each node's agent says so of its node, or the test fails.
      args: [wait, --for=condition=Can{{ title .verb }}, checkpointnodes.checkpoint-operator.io, --all, --timeout=120s]
      securityContext:
        {{- toYaml .context.Values.operator.securityContext | nindent 8 }}
      {{- with .context.Values.tests.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
