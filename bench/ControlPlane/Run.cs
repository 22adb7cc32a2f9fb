using System.Diagnostics;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>One run: the operator idle, loaded with checkpoints and restores, idle with all of them, and started again.</summary>
internal sealed class Run(SimulatedCluster cluster, BenchOptions options)
{
    /// <summary>For what has to come to an end by itself, at whatever speed.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>A time without a request of the operator but for the lease and watches, after which it counts as idle.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    private readonly AuditLog _audit = new(options.AuditLog);
    private readonly Figures _figures = new();
    private readonly SimulatedAgents _agents = new(cluster, options);
    private readonly string _log = Path.Combine(Path.GetDirectoryName(options.AuditLog)!, "operator.log");

    /// <summary>Measures.</summary>
    public async Task<Figures> MeasureAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        DateTimeOffset begun = DateTimeOffset.UtcNow;
        Task agents;
        await using (OperatorUnderTest first = await OperatorUnderTest.StartAsync(options, _log))
        {
            await IdleAsync("nothing there", first, options.Idle / 12.0, cancellationToken);
            Say($"{options.Nodes} nodes and {options.Checkpoints} Pods are made");
            await cluster.CreateAsync(cancellationToken);
            await cluster.WaitForLabelsAsync(cancellationToken).WaitAsync(Limit, cancellationToken);
            agents = _agents.RunAsync(stop.Token);
            await IdleAsync("nodes and Pods", first, options.Idle / 12.0, cancellationToken);

            await LoadAsync("checkpoints", options.Checkpoints, options.Rate, _agents.Checkpoints, first, agents, CheckpointAsync, cancellationToken);
            await LoadAsync("restores", options.Restores, options.RestoreRate, _agents.Restores, first, agents, RestoreAsync, cancellationToken);
            await IdleAsync("all objects", first, options.Idle, cancellationToken);
        }

        await using (OperatorUnderTest second = await OperatorUnderTest.StartAsync(options, _log))
        {
            _figures.Note("restart with all objects: start to Ready", second.TimeToReady.TotalSeconds, "s");
            _figures.Note("restart: processor time until Ready", ProcessUsage.CpuSeconds(second.Id), "s");
            await IdleAsync("all objects, started again", second, options.Idle / 12.0, cancellationToken);
            _figures.NoteBytes("most resident memory, started again", ProcessUsage.PeakResidentBytes(second.Id));
        }
        await stop.CancelAsync();
        await agents;
        _figures.Note("tries that agents had to repeat, as the server was busy", _agents.Repeated, string.Empty);
        new WriteCounts(_audit.Read(begun, DateTimeOffset.UtcNow), options).Note(_figures);
        return _figures;
    }

    private static void Say(string what) => Console.Error.WriteLine($"== {what}");

    private Task CheckpointAsync(int number, CancellationToken cancellationToken)
    {
        V1Alpha1ContainerCheckpoint made = new() { Metadata = new V1ObjectMeta { Name = SimulatedCluster.PodName(number), NamespaceProperty = SimulatedCluster.Namespace } };
        made.Spec.Pod = SimulatedCluster.PodName(number);
        return cluster.Checkpoints.CreateAsync(made, cancellationToken);
    }

    private Task RestoreAsync(int number, CancellationToken cancellationToken)
    {
        V1Alpha1ContainerRestore made = new() { Metadata = new V1ObjectMeta { Name = RestoreName(number), NamespaceProperty = SimulatedCluster.Namespace } };
        made.Spec.Checkpoint = SimulatedCluster.PodName(number);
        return cluster.Restores.CreateAsync(made, cancellationToken);
    }

    private static string RestoreName(int number) => $"restored-{number:D6}";

    /// <summary>Creates objects at a rate, whatever becomes of them meanwhile, and waits until all of them have ended.</summary>
    private async Task LoadAsync(
        string what, int count, int rate, Tally tally, OperatorUnderTest subject, Task agents, Func<int, CancellationToken, Task> create, CancellationToken cancellationToken)
    {
        Say($"{count} {what}, {rate} in a second");
        Latencies created = new();
        Dictionary<string, int> processes = new(options.ServerProcesses) { ["operator"] = subject.Id, ["simulation"] = Environment.ProcessId };
        Dictionary<string, double> before = processes.ToDictionary(process => process.Key, process => ProcessUsage.CpuSeconds(process.Value));
        long began = Stopwatch.GetTimestamp();
        List<Task> creations = [];
        for (int number = 0; number < count; number++)
        {
            TimeSpan wait = TimeSpan.FromSeconds((double)number / rate) - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, cancellationToken);
            creations.Add(CreateAsync(number));
        }
        _figures.Note($"{what}: created in a second", count / Stopwatch.GetElapsedTime(began).TotalSeconds, string.Empty);
        await Task.WhenAll(creations);
        await UntilAllEndedAsync(what, count, tally, subject, agents, cancellationToken);

        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        _figures.Note($"{what}: from the first's creation to the last's end", seconds, "s");
        _figures.Note($"{what}: the server's answer to the creation", created);
        _figures.Note($"{what}: creation to assigned", tally.ToAssigned);
        foreach ((string process, int id) in processes)
        {
            double used = ProcessUsage.CpuSeconds(id) - before[process];
            _figures.Note($"{what}: processors used by {process}", used / seconds, string.Empty);
            _figures.Note($"{what}: processor time of {process} for each", used / count * 1000, "ms");
        }
        (long median, long most) = subject.TakeResident();
        _figures.NoteBytes($"{what}: resident memory, median", median);
        _figures.NoteBytes($"{what}: resident memory, most", most);
        _figures.Require(tally.Failed.Count == 0, $"Some {what} did not become Ready: {string.Join(", ", tally.Failed.Take(10))}.");

        async Task CreateAsync(int number)
        {
            tally.Create(what == "restores" ? RestoreName(number) : SimulatedCluster.PodName(number));
            long asked = Stopwatch.GetTimestamp();
            await create(number, cancellationToken);
            created.Add(Stopwatch.GetElapsedTime(asked));
        }
    }

    private static async Task UntilAllEndedAsync(string what, int count, Tally tally, OperatorUnderTest subject, Task agents, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        while (tally.Ended < count)
        {
            if (agents.IsCompleted)
                await agents;
            if (subject.HasExited)
                throw new InvalidOperationException($"The operator ended with {count - tally.Ended} of {count} {what} to go; its log says why.");
            if (Stopwatch.GetElapsedTime(began) > Limit)
                throw new TimeoutException($"{count - tally.Ended} of {count} {what} did not end within {Limit.TotalMinutes} minutes after the last was created.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    /// <summary>Watches the operator once it has become idle; agents go on with their heartbeats.</summary>
    private async Task IdleAsync(string with, OperatorUnderTest subject, double seconds, CancellationToken cancellationToken)
    {
        Say($"idle with {with}, for {seconds} s");
        long waited = Stopwatch.GetTimestamp();
        while (_audit.Read(DateTimeOffset.UtcNow - Quiet, DateTimeOffset.MaxValue).Any(request => !IsOfIdle(request)))
        {
            if (Stopwatch.GetElapsedTime(waited) > Limit)
                throw new TimeoutException($"The operator did not become idle with {with} within {Limit.TotalMinutes} minutes.");
            await Task.Delay(Quiet / 3, cancellationToken);
        }
        DateTimeOffset from = DateTimeOffset.UtcNow;
        double before = ProcessUsage.CpuSeconds(subject.Id);
        subject.TakeResident();
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        (long median, _) = subject.TakeResident();
        double used = ProcessUsage.CpuSeconds(subject.Id) - before;
        IReadOnlyList<AuditedRequest> requests = _audit.Read(from, DateTimeOffset.UtcNow);
        _figures.NoteBytes($"idle with {with}: resident memory", median);
        _figures.Note($"idle with {with}: a processor's share", used / seconds * 100, "%");
        _figures.Note($"idle with {with}: requests for the lease in a minute", requests.Count(request => request.Resource == "leases") * 60 / seconds, string.Empty);
        string others = string.Join(", ", requests.Where(request => !IsOfIdle(request)).GroupBy(request => request.Kind).Select(kind => $"{kind.Count()} × {kind.Key}"));
        _figures.Require(others.Length == 0, $"The idle operator, with {with}, made other requests than for its lease and watches in {seconds} s: {others}.");
    }

    private static bool IsOfIdle(AuditedRequest request) => request.Resource == "leases" || request.Verb == "watch";
}
