using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Tests.Testing;

/// <summary>Keeps how grave what was logged is.</summary>
internal sealed class RecordingLogger<TCategory> : ILogger<TCategory>
{
    private readonly List<LogLevel> _levels = [];

    /// <summary>The levels, in order.</summary>
    public IReadOnlyList<LogLevel> Levels => _levels;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _levels.Add(logLevel);
}
