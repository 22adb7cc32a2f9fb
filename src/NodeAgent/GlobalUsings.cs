// The controller runtime's names, which are KubeOps': moving onto KubeOps changes this file.
global using CheckpointOperator.Kubernetes.Abstractions.Builder;
global using CheckpointOperator.Kubernetes.Abstractions.Caching;
global using CheckpointOperator.Kubernetes.Abstractions.Entities;
global using CheckpointOperator.Kubernetes.Abstractions.Events;
global using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
global using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
global using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;
global using CheckpointOperator.Kubernetes.Client;
