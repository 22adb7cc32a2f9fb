global using System.CommandLine;
global using System.Globalization;
global using System.Text.Json.Nodes;
global using CheckpointOperator.Kubernetes.Api;
global using CheckpointOperator.Kubernetes.Api.V1Alpha1;
global using CheckpointOperator.Kubernetes.Client;
global using CheckpointOperator.Kubernetes.Json;
