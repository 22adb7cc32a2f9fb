using CheckpointOperator.Plugin.Api;
using CheckpointOperator.Plugin.Output;

namespace CheckpointOperator.Plugin.Waiting;

/// <summary>Waits for objects by watching them, with a bar on a terminal.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="goal">What is waited for.</param>
/// <param name="timeout">For how long, in total.</param>
internal sealed class Wait(Cluster cluster, Goal goal, TimeSpan timeout)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly long _start = TimeProvider.System.GetTimestamp();

    /// <summary>Waits for one object.</summary>
    /// <returns>It as it was when the goal was reached; null where it is gone.</returns>
    /// <exception cref="CommandFailedException">It will not get there (<see cref="ExitCode.NotReached"/>), or did not in time (<see cref="ExitCode.TimedOut"/>).</exception>
    public async Task<ApiObject?> UntilAsync(Query query, CancellationToken cancellationToken)
    {
        using ProgressBar bar = new();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TimeSpan rest = timeout - TimeProvider.System.GetElapsedTime(_start);
        limit.CancelAfter(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        ApiObject? last = null;
        try
        {
            await foreach (ApiObject? value in ChangesAsync(query, limit.Token))
            {
                if (goal.IsReached(value))
                    return value;
                if (value is null)
                {
                    if (last is null)
                        await cluster.ReadAsync(query, limit.Token);
                    throw new CommandFailedException($"{query.Described} was deleted while it was waited for", ExitCode.NotReached);
                }

                // Failed is final; only its deletion may still come.
                if (value.Phase == nameof(CheckpointPhase.Failed) && !goal.IsDeletion)
                    throw new CommandFailedException($"{query.Described} has Failed{State(value)}", ExitCode.NotReached);
                last = value;
                bar.Set(Done(value), $"{query.Kind.Words[0]}/{query.Name} {Text(value)}");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException(
                $"timed out after {Quantities.Duration(timeout)} waiting for {query.Described} to be {goal.Text}{(last is null ? string.Empty : $"; it is {last.Phase ?? "not taken up by the operator yet"}{State(last)}")}",
                ExitCode.TimedOut);
        }

        throw new InvalidOperationException("the changes of an object do not end");
    }

    private static double Done(ApiObject value)
    {
        string[] steps = value.Kind == ResourceKind.Checkpoint
            ? [ConditionTypes.Checkpointed, ConditionTypes.ArchiveVerified, ConditionTypes.Ready]
            : [ConditionTypes.Preflight, ConditionTypes.Restored, ConditionTypes.Ready];
        // That somebody has taken it up is the first of them.
        double done = steps.Count(type => value.Condition(type, "status") == Conditions.True) + (value.Phase is null or nameof(CheckpointPhase.Pending) ? 0 : 1);
        return done / (steps.Length + 1);
    }

    private static string Text(ApiObject value) => value.Json["metadata"]?["deletionTimestamp"] is not null
        ? "is being deleted"
        : $"{value.Phase ?? "is new"}{(value.Condition(ConditionTypes.Ready, "reason") is { } reason ? $": {reason}" : string.Empty)}";

    private static string State(ApiObject value) => value.Condition(ConditionTypes.Ready, "reason") is { } reason
        ? $" ({reason}): {value.Condition(ConditionTypes.Ready, "message")}"
        : string.Empty;

    private async IAsyncEnumerable<ApiObject?> ChangesAsync(Query query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string path = $"{query.Kind.Path(query.Namespace)}?fieldSelector={Uri.EscapeDataString($"metadata.name={query.Name}")}";
        while (true)
        {
            JsonObject list = await cluster.GetAsync(path, query.Described, cancellationToken);
            JsonNode? listed = list["items"]!.AsArray().FirstOrDefault();
            yield return listed is null ? null : new ApiObject(query.Kind, listed.DeepClone().AsObject());

            string watch = $"{path}&watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString((string)list["metadata"]!["resourceVersion"]!)}";
            using HttpResponseMessage response = await cluster.Server.OpenAsync(new ApiRequest(HttpMethod.Get, watch, query.Described), cancellationToken);
            using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (await NextAsync(lines, cancellationToken) is { } line)
            {
                JsonNode change = JsonNode.Parse(line)!;
                string type = (string)change["type"]!;
                // A watch that cannot go on: what happened since is in the next list.
                if (type == "ERROR")
                    break;
                if (type != "BOOKMARK")
                    yield return type == "DELETED" ? null : new ApiObject(query.Kind, change["object"]!.DeepClone().AsObject());
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>The next line of a watch; null where it has ended or was cut off, which the list that follows makes up for.</summary>
    private static async Task<string?> NextAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadLineAsync(cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
