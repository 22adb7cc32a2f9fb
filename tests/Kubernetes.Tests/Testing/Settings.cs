using System.Diagnostics.Metrics;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace CheckpointOperator.Kubernetes.Tests.Testing;

internal static class Settings
{
    public static OperatorSettings Make(Action<OperatorSettingsBuilder>? configure = null)
    {
        OperatorSettingsBuilder builder = new OperatorSettingsBuilder().WithName("test").WithIdentity("me").WithLeaderElection(LeaderElectionType.Single, "system");
        configure?.Invoke(builder);
        return builder.Build();
    }

    public static OperatorMetrics Metrics() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), Make());
}
