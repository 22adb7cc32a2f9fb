{{- /* What the operator does in the namespaces that it works on. */}}
{{- define "checkpoint-operator.operator.rules" -}}
# delete: a checkpoint whose ttl has passed.
- apiGroups: [checkpoint-operator.io]
  resources: [containercheckpoints]
  verbs: [get, list, watch, patch, delete]
- apiGroups: [checkpoint-operator.io]
  resources: [containerrestores]
  verbs: [get, list, watch, patch]
- apiGroups: [checkpoint-operator.io]
  resources: [containercheckpoints/status, containerrestores/status]
  verbs: [patch]
# A Pod's ownerReference with blockOwnerDeletion needs this where OwnerReferencesPermissionEnforcement is on.
- apiGroups: [checkpoint-operator.io]
  resources: [containerrestores/finalizers]
  verbs: [update]
{{- end }}

{{- /* create: the Pod of a restore. delete: spec.afterCheckpoint DeletePod. */}}
{{- define "checkpoint-operator.operator.pod-rule" -}}
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, delete]
{{- end }}

{{- define "checkpoint-operator.events-rule" -}}
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}
