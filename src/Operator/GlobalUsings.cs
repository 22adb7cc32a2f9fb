// The one place that names the controller runtime, whose shape is KubeOps': moving onto KubeOps begins here.
global using CheckpointOperator.Kubernetes.Abstractions.Builder;
global using CheckpointOperator.Kubernetes.Abstractions.Caching;
global using CheckpointOperator.Kubernetes.Abstractions.Entities;
global using CheckpointOperator.Kubernetes.Abstractions.Events;
global using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
global using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
global using CheckpointOperator.Kubernetes.Client;
