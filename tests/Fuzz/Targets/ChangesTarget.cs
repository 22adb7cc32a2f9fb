using System.Text.Json;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>A list of changes, made into a diff, which then has to apply.</summary>
internal static class ChangesTarget
{
    internal static void Run(byte[] input)
    {
        var changes = JsonSerializer.Deserialize<List<FileChange>>(input) ?? [];
        using var diff = new MemoryStream();
        using (var sandbox = new Sandbox())
            RootFsDiff.CreateFromChanges(changes, sandbox.Root, diff);
        diff.Position = 0;
        using (var sandbox = new Sandbox())
            RootFsDiff.Apply(diff, sandbox.Root);
    }
}
