using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Events;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Client;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.Kubernetes.Tests.Documentation;

// What stands between the markers stands in docs/controller-runtime.md, word for word: DocumentationTests compares them and runs this.
// <controller>
/// <summary>Greets every Pod that tells its name.</summary>
internal sealed class GreetingController(ResourceClient<V1Pod> pods, EventPublisher publish) : IEntityController<V1Pod>
{
    public async Task<ReconciliationResult<V1Pod>> ReconcileAsync(V1Pod entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.Annotations?.TryGetValue("example.com/name", out string? name) is not true)
            return ReconciliationResult<V1Pod>.Success(entity);
        if (name!.Length == 0)
            return ReconciliationResult<V1Pod>.Failure(entity, "Annotation example.com/name is empty; write a name.", requeueAfter: TimeSpan.FromMinutes(10));

        bool greeted = false;
        V1Pod written = await pods.PatchAsync(
            entity,
            // Called again with the newer object after a conflict: it decides from what it is given.
            current => greeted = current.Metadata.Annotations.TryAdd("example.com/greeting", $"Hello, {name}!"),
            cancellationToken);
        if (greeted)
            await publish(written, "Greeted", $"Greeted {name}.", cancellationToken: cancellationToken);
        return ReconciliationResult<V1Pod>.Success(written);
    }

    public Task<ReconciliationResult<V1Pod>> DeletedAsync(V1Pod entity, CancellationToken cancellationToken) =>
        Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
}
// </controller>

internal static class GreetingProgram
{
    public static IHost Build(ApiConnection connection, int port)
    {
        // <program>
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services
            .AddKubernetesOperator(settings => settings
                .WithName("greeter")
                .WithLeaderElection(LeaderElectionType.Single)
                .WithHealthPort(port))
            .AddController<GreetingController, V1Pod>();
        // </program>
        builder.Services.AddSingleton(connection);
        return builder.Build();
    }
}
