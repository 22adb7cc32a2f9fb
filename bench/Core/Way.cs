namespace CheckpointOperator.Core.Benchmark;

/// <summary>One program's way to do a work.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Command">Makes the command for a run.</param>
internal sealed record Way(string Name, Func<RunFolder, string[]> Command)
{
    /// <summary>Makes ready what the run changes; not measured.</summary>
    internal Action<RunFolder>? Prepare { get; init; }

    /// <summary>Throws a <see cref="WrongResultException"/> when the run did something else than it should; not measured.</summary>
    internal Action<RunFolder>? Check { get; init; }
}
