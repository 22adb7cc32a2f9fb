using CheckpointOperator.Operator;
using CheckpointOperator.Operator.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class OperatorOptionsTests
{
    [Theory]
    [InlineData("--LeaseDuration=00:00:01", "CHECKPOINT_OPERATOR_LEASEDURATION")]
    [InlineData("--RecheckPeriod=00:00:00", "CHECKPOINT_OPERATOR_RECHECKPERIOD")]
    [InlineData("--AgentGrace=-00:00:01", "CHECKPOINT_OPERATOR_AGENTGRACE")]
    [InlineData("--WatchTimeout=00:00:00.5", "CHECKPOINT_OPERATOR_WATCHTIMEOUT")]
    [InlineData("--HealthPort=70000", "CHECKPOINT_OPERATOR_HEALTHPORT")]
    public void A_setting_that_cannot_be_is_refused_by_its_name(string setting, string name)
    {
        OptionsValidationException refusal = Assert.Throws<OptionsValidationException>(() => OperatorHost.CreateBuilder([setting]));
        Assert.Contains(name, Assert.Single(refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_come_from_the_command_line()
    {
        using IHost host = OperatorHost.CreateBuilder(["--Namespace=shop", "--AgentGrace=00:00:07", "--LeaderElection=false"]).Build();
        OperatorOptions options = host.Services.GetRequiredService<IOptions<OperatorOptions>>().Value;
        Assert.Equal(("shop", TimeSpan.FromSeconds(7), false), (options.Namespace, options.AgentGrace, options.LeaderElection));
    }

    [Fact]
    public void Telemetry_is_sent_only_where_an_endpoint_is_set()
    {
        using IHost silent = OperatorHost.CreateBuilder([]).Build();
        using IHost telling = OperatorHost.CreateBuilder(["--OtlpEndpoint=http://localhost:4317"]).Build();
        Assert.Null(silent.Services.GetService<MeterProvider>());
        Assert.NotNull(telling.Services.GetService<MeterProvider>());
        Assert.NotNull(telling.Services.GetService<TracerProvider>());
    }
}
