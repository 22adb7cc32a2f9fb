using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>Everything that was written in a test's namespace, replayed from the server's audit log, and what must hold of it whatever happened.</summary>
public sealed class WriteHistory
{
    // Written by the operator when a checkpoint is claimed, assigned, and where it fails; of a restore when it is claimed, prepared, begun and ended.
    private const int MostWrites = 4;

    // Tries that the server refused, such as for a conflict: with backoff, a fault of some seconds brings no more.
    private const int MostRefused = 40;

    private static readonly string[] Phases = ["Pending", "Running", "Ready"];

    // What operator and agent both tell: a list is replaced as a whole, and either may end the work.
    private static readonly string[] Shared = ["status.phase", "status.message", "status.conditions", "status.completionTime", "status.containers"];

    private readonly IReadOnlyList<AuditRecord> _records;

    private WriteHistory(IReadOnlyList<AuditRecord> records) => _records = records;

    private IEnumerable<AuditRecord> Operators => _records.Where(record => record.IsOperators && !record.Resource.StartsWith("leases", StringComparison.Ordinal));

    /// <summary>Reads the history of a namespace.</summary>
    public static async Task<WriteHistory> OfAsync(TestNamespace space)
    {
        var history = new WriteHistory(await space.ControlPlane.AuditAsync(space.Name));
        // A history that nothing was read of would hold everything.
        Assert.Contains(history.Operators, record => record.Succeeded);
        return history;
    }

    /// <summary>All that must hold in every history.</summary>
    public void AssertSound()
    {
        foreach (string field in new[] { "nodeName", "podUID", "startTime" })
            AssertOnce("containercheckpoints/status", field);
        foreach (string field in new[] { "nodeName", "podUID" })
            AssertOnce("containerrestores/status", field);
        AssertOnePodEach();
        AssertOneWriterPerField();
        AssertPhasesGoForward();
        AssertFewWrites();
        AssertEveryPatchIsGuarded();
        AssertConditionsOfTheirGeneration();
    }

    /// <summary>Each write came from the one who held the lease then.</summary>
    public void AssertWrittenByTheLeader()
    {
        AuditRecord[] leases = [.. _records.Where(record => record is { Succeeded: true, Resource: "leases" })];
        // Nodes are the whole cluster's: every test's operator labels them.
        Assert.All(Operators.Where(record => record.Succeeded && record.Resource is not ("events" or "nodes")), write =>
        {
            // From when its lease came to the server one may lead; who led before, until the answer at the latest.
            IEnumerable<AuditRecord> current = leases.Where(lease => lease.Answered <= write.Received).TakeLast(1)
                .Concat(leases.Where(lease => lease.Received <= write.Received && write.Received < lease.Answered));
            string[] leaders = [.. current.Select(lease => AuditRecord.ProxiedPrefix + lease.Result!["spec"]!["holderIdentity"]!.GetValue<string>())];
            Assert.True(leaders.Contains(write.Agent), $"{string.Join(" or ", leaders)} held the lease: {write}");
        });
    }

    /// <summary>A field is given a value once in each object's life.</summary>
    private void AssertOnce(string resource, string field)
    {
        string[] written = [.. Operators.Where(record => record.Succeeded && record.Resource == resource && record.Sent?["status"]?[field] is not null).Select(record => record.Name)];
        Assert.Equal(Workload.Objects, written.Length);
        Assert.Equal(Workload.Objects, written.Distinct().Count());
    }

    private void AssertOnePodEach()
    {
        string[] made = [.. Operators.Where(record => record is { Succeeded: true, Verb: "create", Resource: "pods" }).Select(record => record.Name)];
        Assert.Equal(Workload.Objects, made.Length);
        Assert.Equal(Workload.Objects, made.Distinct().Count());
    }

    private void AssertOneWriterPerField()
    {
        var writers = new Dictionary<string, HashSet<bool>>();
        foreach (AuditRecord record in _records.Where(record => record.Succeeded && record.Resource is "containercheckpoints/status" or "containerrestores/status"))
        {
            foreach (string field in Leaves("status", record.Sent?["status"]))
            {
                if (!writers.TryGetValue($"{record.Resource} {field}", out HashSet<bool>? known))
                    writers[$"{record.Resource} {field}"] = known = [];
                known.Add(record.IsOperators);
            }
        }
        Assert.All(writers.Where(field => !Shared.Contains(field.Key.Split(' ')[1])), field => Assert.True(field.Value.Count == 1, $"{field.Key} is written by the operator and by the agent"));
    }

    private void AssertPhasesGoForward()
    {
        foreach (IGrouping<string, AuditRecord> of in _records.Where(record => record.Succeeded && record.Resource.EndsWith("/status", StringComparison.Ordinal) && record.Resource != "pods/status")
            .GroupBy(record => $"{record.Resource} {record.Name}"))
        {
            int last = 0;
            foreach (AuditRecord record in of.OrderBy(record => long.Parse(record.Result!["metadata"]!["resourceVersion"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture)))
            {
                if (record.Result?["status"]?["phase"]?.GetValue<string>() is not { } phase)
                    continue;
                int now = Array.IndexOf(Phases, phase);
                Assert.True(now >= last, $"{of.Key} went from {Phases[last]} to {phase}: {record}");
                last = now;
            }
        }
    }

    private void AssertFewWrites()
    {
        foreach (IGrouping<string, AuditRecord> of in Operators.Where(record => record.Resource.StartsWith("container", StringComparison.Ordinal)).GroupBy(record => $"{record.Resource.Split('/')[0]} {record.Name}"))
        {
            Assert.True(of.Count(record => record.Succeeded) <= MostWrites, $"too many writes:\n{string.Join('\n', of)}");
            Assert.True(of.Count(record => !record.Succeeded) <= MostRefused, $"too many tries:\n{string.Join('\n', of)}");
        }
    }

    /// <summary>By its resourceVersion and UID a write is refused that was computed from another state, or meant for another object.</summary>
    private void AssertEveryPatchIsGuarded() => Assert.All(Operators.Where(record => record.Verb is "patch" && record.Sent is not null && record.Resource != "events"), record =>
    {
        Assert.NotNull(record.Sent!["metadata"]?["resourceVersion"]);
        Assert.NotNull(record.Sent["metadata"]?["uid"]);
    });

    private void AssertConditionsOfTheirGeneration() => Assert.All(Operators.Where(record => record.Succeeded && record.Sent?["status"]?["conditions"] is not null), record =>
        Assert.Equal(record.Result!["metadata"]!["generation"]!.GetValue<long>(), record.Result["status"]!["observedGeneration"]!.GetValue<long>()));

    private static IEnumerable<string> Leaves(string path, JsonNode? node) => node is JsonObject members
        ? members.SelectMany(member => Leaves($"{path}.{member.Key}", member.Value))
        : [path];
}
