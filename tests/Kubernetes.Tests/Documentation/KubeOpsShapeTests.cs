using System.Reflection;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Abstractions.Events;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Queue;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace CheckpointOperator.Kubernetes.Tests.Documentation;

/// <summary>The names and signatures that a controller sees are those of KubeOps 13 (dotnet/dotnet-operator-sdk 4cac106a, src/KubeOps.Abstractions),
/// so that moving there is another GlobalUsings.cs.</summary>
public sealed class KubeOpsShapeTests
{
    [Theory]
    [InlineData(typeof(IEntityController<>), "ReconcileAsync", "Task<ReconciliationResult<TEntity>>(TEntity entity, CancellationToken cancellationToken)")]
    [InlineData(typeof(IEntityController<>), "DeletedAsync", "Task<ReconciliationResult<TEntity>>(TEntity entity, CancellationToken cancellationToken)")]
    [InlineData(typeof(IEntityFinalizer<>), "FinalizeAsync", "Task<ReconciliationResult<TEntity>>(TEntity entity, CancellationToken cancellationToken)")]
    [InlineData(typeof(EntityFinalizerAttacher<,>), "Invoke", "Task<TEntity>(TEntity entity, CancellationToken cancellationToken)")]
    [InlineData(typeof(ReconciliationResult<>), "Success", "ReconciliationResult<TEntity>(TEntity entity, Nullable<TimeSpan> requeueAfter)")]
    [InlineData(typeof(ReconciliationResult<>), "Failure", "ReconciliationResult<TEntity>(TEntity entity, String errorMessage, Exception error, Nullable<TimeSpan> requeueAfter)")]
    [InlineData(typeof(EntityQueue<>), "Invoke", "Task<Boolean>(TEntity entity, ReconciliationType type, ReconciliationTriggerSource reconciliationTriggerSource, TimeSpan queueIn, Int32 retryCount, CancellationToken cancellationToken)")]
    [InlineData(typeof(EventPublisher), "Invoke", "Task(IKubernetesObject<V1ObjectMeta> entity, String reason, String message, EventType type, CancellationToken cancellationToken)")]
    [InlineData(typeof(IEntityLabelSelector<>), "GetLabelSelectorAsync", "ValueTask<String>(CancellationToken cancellationToken)")]
    [InlineData(typeof(IEntityFieldSelector<>), "GetFieldSelectorAsync", "ValueTask<String>(CancellationToken cancellationToken)")]
    [InlineData(typeof(IOperatorBuilder), "AddController", "IOperatorBuilder()")]
    [InlineData(typeof(IOperatorBuilder), "AddControllerWithLabelSelector", "IOperatorBuilder()")]
    [InlineData(typeof(IOperatorBuilder), "AddControllerWithFieldSelector", "IOperatorBuilder()")]
    [InlineData(typeof(IOperatorBuilder), "AddFinalizer", "IOperatorBuilder(String identifier)")]
    [InlineData(typeof(KubernetesOperatorServiceCollectionExtensions), "AddKubernetesOperator", "IOperatorBuilder(IServiceCollection services, Action<OperatorSettingsBuilder> configure)")]
    public void Signatures_are_the_same(Type type, string method, string signature)
    {
        MethodInfo found = type.GetMethod(method)!;
        Assert.Equal(signature, $"{Name(found.ReturnType)}({string.Join(", ", found.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}"))})");
    }

    [Theory]
    [InlineData(typeof(ReconciliationResult<>), "Entity IsSuccess ErrorMessage Error RequeueAfter")]
    [InlineData(typeof(IOperatorBuilder), "Services Settings")]
    [InlineData(typeof(EntityMetadata), "Kind Version Group PluralName")]
    [InlineData(typeof(OperatorSettings), "Name Namespace LeaderElectionType LeaderElectionLeaseDuration LeaderElectionRenewDeadline LeaderElectionRetryPeriod AutoAttachFinalizers ReconcileStrategy")]
    public void Properties_have_the_same_names(Type type, string properties) =>
        Assert.All(properties.Split(' '), property => Assert.NotNull(type.GetProperty(property)));

    [Theory]
    [InlineData("WithName WithNamespace WithLeaderElection WithLeaderElectionTimings WithReconcileStrategy WithParallelReconciliation WithAutoAttachFinalizers Build")]
    public void Settings_are_made_by_the_same_steps(string steps) =>
        Assert.All(steps.Split(' '), step => Assert.NotNull(typeof(OperatorSettingsBuilder).GetMethod(step)));

    [Fact]
    public void Defaults_are_the_same()
    {
        OperatorSettings settings = new OperatorSettingsBuilder().Build();
        Assert.Equal(
            ("kubernetesoperator", null, LeaderElectionType.None, ReconcileStrategy.ByGeneration, true, 5),
            (settings.Name, settings.Namespace, settings.LeaderElectionType, settings.ReconcileStrategy, settings.AutoAttachFinalizers, settings.MaxErrorRetries));
        Assert.Equal((15, 10, 2), (settings.LeaderElectionLeaseDuration.TotalSeconds, settings.LeaderElectionRenewDeadline.TotalSeconds, settings.LeaderElectionRetryPeriod.TotalSeconds));
        Assert.Equal((2 * Environment.ProcessorCount, Environment.MachineName), (settings.MaxParallelReconciliations, settings.Identity));
    }

    [Fact]
    public void A_finalizer_has_the_same_identifier()
    {
        Assert.Equal("checkpoint-operator.io/cleanupfinalizer", new Cleanup().GetIdentifierName(new V1Alpha1ContainerCheckpoint()));
        Assert.Equal("checkpoint-operator.io/archivefinalizer", new ArchiveFinalizer().GetIdentifierName(new V1Alpha1ContainerCheckpoint()));
        Assert.Equal(
            "checkpoint-operator.io/afinalizerwhosenameislongerthanthelimit0",
            new AFinalizerWhoseNameIsLongerThanTheLimit0123456789Finalizer().GetIdentifierName(new V1Alpha1ContainerCheckpoint()));
        Assert.Equal("podscleanupfinalizer", new PodsCleanup().GetIdentifierName(new V1Pod()));
    }

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;

    private class Cleanup : IEntityFinalizer<V1Alpha1ContainerCheckpoint>
    {
        public Task<ReconciliationResult<V1Alpha1ContainerCheckpoint>> FinalizeAsync(V1Alpha1ContainerCheckpoint entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1Alpha1ContainerCheckpoint>.Success(entity));
    }

    private sealed class ArchiveFinalizer : Cleanup;

    private sealed class AFinalizerWhoseNameIsLongerThanTheLimit0123456789Finalizer : Cleanup;

    private sealed class PodsCleanup : IEntityFinalizer<V1Pod>
    {
        public Task<ReconciliationResult<V1Pod>> FinalizeAsync(V1Pod entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
    }
}
