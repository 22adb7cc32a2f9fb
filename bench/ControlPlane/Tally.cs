using System.Collections.Concurrent;
using System.Diagnostics;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>How far the objects of one kind have come, by their names.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, long> _created = new();
    private readonly ConcurrentDictionary<string, bool> _ended = new();

    /// <summary>From the user's request to what the watch says of it: the object has its node.</summary>
    public Latencies ToAssigned { get; } = new();

    /// <summary>How many have ended.</summary>
    public int Ended => _ended.Count;

    /// <summary>Those that did not end Ready.</summary>
    public IReadOnlyList<string> Failed => [.. _ended.Where(end => !end.Value).Select(end => end.Key)];

    /// <summary>The request to create it is about to be sent.</summary>
    public void Create(string name) => _created[name] = Stopwatch.GetTimestamp();

    /// <summary>It was seen with its node.</summary>
    public void Assign(string name, long now) => ToAssigned.Add(Stopwatch.GetElapsedTime(_created[name], now));

    /// <summary>It was seen at its end.</summary>
    public void End(string name, bool ready) => _ended[name] = ready;
}
