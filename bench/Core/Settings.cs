namespace CheckpointOperator.Core.Benchmark;

/// <summary>What was asked for on the command line.</summary>
internal sealed record Settings
{
    /// <summary>The published agent.</summary>
    internal required string Agent { get; init; }

    /// <summary>The program made of launch.c.</summary>
    internal required string Launcher { get; init; }

    /// <summary>Parts of works' names; empty for all works.</summary>
    internal required IReadOnlyList<string> Works { get; init; }

    /// <summary>By how much the workloads are larger than usual.</summary>
    internal required double Scale { get; init; }

    /// <summary>How often each way is measured.</summary>
    internal required int Rounds { get; init; }

    /// <summary>Whether what is read has to come from the disk: the page cache is dropped before each run. Else it is warmed.</summary>
    internal required bool Cold { get; init; }

    /// <summary>Whether each way is run once more under strace.</summary>
    internal required bool CountsCalls { get; init; }

    /// <summary>Whether tiny workloads are run for the sake of their results alone.</summary>
    internal required bool Smoke { get; init; }

    /// <summary>Where the figures are written to as JSON.</summary>
    internal string? Json { get; init; }

    /// <summary>The JSON of an earlier run.</summary>
    internal string? Compare { get; init; }

    /// <summary>The seed of all that is made up.</summary>
    internal int Seed { get; init; } = 6;

    /// <summary>A workload's size at this scale, at least one.</summary>
    internal long Scaled(long usual) => Math.Max(1, (long)(usual * (Smoke ? Scale / 256 : Scale)));

    internal bool Wants(Work work) => Works.Count == 0 || Works.Any(part => work.Name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
