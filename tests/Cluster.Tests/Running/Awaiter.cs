using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>Waits for states of the cluster, and tells everything about the place when one does not come.</summary>
public sealed class Awaiter(Kubectl kubectl)
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until an object is there and something holds for it.</summary>
    public async Task<JsonObject> UntilAsync(
        ObjectReference reference, Func<JsonObject, bool> holds, string expectation, TimeSpan? deadline = null)
    {
        JsonObject? last = null;
        JsonObject? found = await FirstAsync(reference.WatchPath, value => (last = value) is not null && holds(value!), deadline);
        return found ?? throw await FailureAsync($"{reference}: expected that it {expectation} within {deadline ?? DefaultDeadline}", reference, last);
    }

    /// <summary>Waits until a Pod's containers have ended; it may go before that is seen.</summary>
    public async Task EndAsync(ObjectReference pod)
    {
        long start = Stopwatch.GetTimestamp();
        // Asked, not watched: a watch that comes late tells nothing of what is gone.
        while (await kubectl.GetAsync(pod) is { } now && !HasEnded(now))
        {
            if (Stopwatch.GetElapsedTime(start) > DefaultDeadline)
                throw await FailureAsync($"{pod}: expected that its containers have ended within {DefaultDeadline}", pod, now);
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until there is an Event with a reason about an object, and gives its message.</summary>
    public async Task<string> EventAsync(ObjectReference reference, string reason)
    {
        JsonObject? found = await FirstAsync(reference.EventsPath(reason), value => value is not null, deadline: null);
        return (string?)found?["message"]
            ?? throw await FailureAsync($"{reference}: expected an Event with reason {reason} within {DefaultDeadline}", reference, last: null);
    }

    private async Task<JsonObject?> FirstAsync(string path, Func<JsonObject?, bool> holds, TimeSpan? deadline)
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        limit.CancelAfter(deadline ?? DefaultDeadline);
        try
        {
            // The server may end a watch at any time; the next one begins with the present state.
            while (true)
            {
                await foreach (JsonObject? value in kubectl.WatchAsync(path, limit.Token))
                {
                    if (holds(value))
                        return value;
                }
            }
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            return null;
        }
    }

    private static bool HasEnded(JsonObject pod) =>
        pod["status"]?["containerStatuses"]?.AsArray().All(container => container!["state"]?["terminated"] is not null) == true;

    private async Task<TimeoutException> FailureAsync(string expectation, ObjectReference reference, JsonObject? last)
    {
        string state = last?["status"]?.ToJsonString(new() { WriteIndented = true }) ?? "no such object was seen";
        return new TimeoutException($"{expectation}\n--- its last status\n{state}\n{await new Diagnosis(kubectl).TellAsync(reference.Namespace)}");
    }
}
