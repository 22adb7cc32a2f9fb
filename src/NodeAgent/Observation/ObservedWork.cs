using System.Diagnostics;
using System.Diagnostics.Metrics;

using CheckpointOperator.NodeAgent.Restores;

namespace CheckpointOperator.NodeAgent.Observation;

/// <summary>A checkpoint or a restore while it is done: its span, its duration by how it ended, and that it is under way.</summary>
internal sealed class ObservedWork : IDisposable
{
    // What OpenTelemetry calls an error that nobody named.
    private const string Unnamed = "_OTHER";

    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _duration;
    private readonly TimeProvider _time;
    private readonly long _began;
    private TagList _tags;
    private string? _error = Unnamed;
    private int _ended;

    /// <summary>Begins it.</summary>
    /// <param name="span">Its span; null where nothing is traced.</param>
    /// <param name="active">Counts those under way.</param>
    /// <param name="duration">Takes its duration in seconds.</param>
    /// <param name="began">When it began, on the clock.</param>
    /// <param name="time">The clock.</param>
    public ObservedWork(Activity? span, UpDownCounter<long> active, Histogram<double> duration, long began, TimeProvider time)
    {
        (Span, _active, _duration, _began, _time) = (span, active, duration, began, time);
        _active.Add(1);
    }

    /// <summary>Its span; null where nothing is traced.</summary>
    public Activity? Span { get; }

    /// <summary>Sets an attribute of which there are few values, of its duration and its span.</summary>
    public void Tag(string name, string value)
    {
        for (int i = _tags.Count - 1; i >= 0; i--)
        {
            if (_tags[i].Key == name)
                _tags.RemoveAt(i);
        }
        _tags.Add(name, value);
        Span?.SetTag(name, value);
    }

    /// <summary>It was done.</summary>
    public void Succeed() => _error = null;

    /// <summary>It failed.</summary>
    /// <param name="reason">The reason's name, as in the object's status.</param>
    /// <param name="message">The message there.</param>
    public void Fail(string reason, string message)
    {
        _error = reason;
        Span?.SetStatus(ActivityStatusCode.Error, message);
    }

    /// <summary>It was done or failed, as the restore runtime is told.</summary>
    public void End(WrapperAnswer answer)
    {
        if (answer.Reason is { } reason)
            Fail(reason, answer.Message ?? reason);
        else
            Succeed();
    }

    /// <summary>It goes on elsewhere, where its duration is told.</summary>
    public void HandOver()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        _active.Add(-1);
        Span?.Dispose();
    }

    /// <summary>It ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        if (_error is not null)
            Tag("error.type", _error);
        _active.Add(-1);
        _duration.Record(_time.GetElapsedTime(_began).TotalSeconds, _tags);
        Span?.Dispose();
    }
}
