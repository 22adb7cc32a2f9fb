using System.Diagnostics;

namespace CheckpointOperator.NodeAgent.Observation;

/// <summary>The spans of a work's parts that come one after the other, below the one that is current when it is made. Where nothing is traced there are none.</summary>
internal sealed class Phases : IDisposable
{
    private readonly Activity? _whole = Activity.Current;
    private Activity? _part;

    /// <summary>A part begins, and the one before it has ended. What is begun from here on, by who called this, is below it.</summary>
    /// <param name="name">What is done.</param>
    public void Begin(string name)
    {
        Dispose();
        _part = _whole?.Source.StartActivity(name, ActivityKind.Internal, _whole.Context);
    }

    /// <summary>Begins a part of the current span that may go on beside others: its own asynchronous method alone sees it as current.</summary>
    /// <param name="name">What is done.</param>
    public static Activity? BeginBeside(string name) => Activity.Current?.Source.StartActivity(name);

    /// <inheritdoc />
    public void Dispose()
    {
        _part?.Dispose();
        _part = null;
    }
}
