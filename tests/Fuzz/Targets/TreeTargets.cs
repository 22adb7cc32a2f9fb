using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>Unpacking into a real folder whose links lead out of it.</summary>
internal static class TreeTargets
{
    internal static void ExtractVolume(byte[] input)
    {
        using var sandbox = new Sandbox();
        TreeArchive.Extract(new MemoryStream(SealedTar.Seal(input)), sandbox.Root, FuzzLimits.Archive);
        // What was unpacked is a folder like any other.
        TreeArchive.Write(sandbox.Root, Stream.Null);
    }

    internal static void ApplyDiff(byte[] input)
    {
        using var sandbox = new Sandbox();
        RootFsDiff.Apply(new MemoryStream(SealedTar.Seal(input)), sandbox.Root, FuzzLimits.Archive);
    }
}
