using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Hosting;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.Node.Tests.Store;

public sealed class ArchiveRefusalsTests
{
    [Fact]
    public void A_refusal_is_counted_by_the_reason_s_name()
    {
        using IHost host = AgentHost.CreateBuilder(["--node-name=worker"]).Build();
        var refusals = host.Services.GetRequiredService<ArchiveRefusals>();
        var counted = new List<object?>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == ArchiveRefusals.MeterName)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Add((value, tags[0].Key, tags[0].Value)));
        listener.Start();
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, new string('x', 512));
            using CheckpointArchive archive = CheckpointArchive.Open(file);
            refusals.Count(Assert.Throws<ArchiveRefusedException>(() => archive.Inspect(TestContext.Current.CancellationToken)));
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Contains((1L, "error.type", (object?)"InvalidHeader"), counted);
    }

    [Fact]
    public void Limits_are_settings_and_one_that_cannot_be_is_refused_by_its_name()
    {
        using IHost host = AgentHost.CreateBuilder(["--node-name=worker", "--archive-max-entries=5", "--archive-max-depth=7"]).Build();
        ArchiveLimits limits = host.Services.GetRequiredService<IOptions<AgentOptions>>().Value.ArchiveLimits();
        Assert.Equal(ArchiveLimits.Default with { MaxEntries = 5, MaxDepth = 7 }, limits);
        var refused = new AgentOptionsValidator().Validate(null, new AgentOptions { NodeName = "worker", ArchiveMaxTotalBytes = 0 });
        Assert.Contains("ArchiveMaxTotalBytes", refused.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_limit_of_archives_is_a_setting()
    {
        // CRIU's images are kept in memory by the offline commands alone.
        foreach (PropertyInfo limit in typeof(ArchiveLimits).GetProperties().Where(limit => limit.Name != nameof(ArchiveLimits.Default) && !limit.Name.StartsWith("MaxCriu", StringComparison.Ordinal)))
        {
            var options = new AgentOptions { NodeName = "worker" };
            PropertyInfo? setting = typeof(AgentOptions).GetProperty($"Archive{limit.Name}");
            Assert.True(setting is not null, $"AgentOptions has no Archive{limit.Name}");
            setting.SetValue(options, Convert.ChangeType(7, setting.PropertyType, CultureInfo.InvariantCulture));
            Assert.Equal("7", Convert.ToString(limit.GetValue(options.ArchiveLimits()), CultureInfo.InvariantCulture));
            setting.SetValue(options, Convert.ChangeType(0, setting.PropertyType, CultureInfo.InvariantCulture));
            Assert.Contains($"Archive{limit.Name}", new AgentOptionsValidator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_container_s_user_namespace_is_read_from_its_bundle()
    {
        var mapped = new OciSpec { Linux = new OciLinux { UidMappings = [new OciIdMapping(0, 100000, 65536)], GidMappings = [new OciIdMapping(0, 200000, 65536)] } };
        Assert.Equal("0:100000:65536 0:200000:65536", $"{Container(mapped).Ids!.Users[0]} {Container(mapped).Ids!.Groups[0]}");
        Assert.Null(Container(new OciSpec()).Ids);

        static RunningContainer Container(OciSpec spec) => new(new ContainerId(ContainerId.Containerd, "a"), "/bundle", "runc", "/run/runc", spec, "{}"u8.ToArray());
    }
}
